#pragma once
// What evidence calls the place it comes from. Judgements name those of a live host that was read by netlink: "sock_diag"
// for rows, files below /proc for the rest.

#include <string>
#include <string_view>

#include "report/finding.h"

namespace tcpstat::inline report {

struct SourceNames {
  std::string rows = "sock_diag";
  std::string net = "/proc/net";
  std::string root = "/proc";

  /// The places in `list`, separated by commas, as what was really read.
  [[nodiscard]] std::string of(std::string_view list) const;

  /// Puts them into the evidence of findings or verdicts.
  template <typename Judgements>
  void put_into(Judgements& judgements) const {
    for (auto& judgement : judgements) {
      for (Evidence& evidence : judgement.evidence) evidence.source = of(evidence.source);
    }
  }
};

}  // namespace tcpstat::inline report
