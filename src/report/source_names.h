#pragma once
// How judgements name the place that was read, in their evidence and in the commands to type next. They are written as
// if for this host and netlink ("sock_diag" for rows, files below /proc for the rest), and corrected once, at the end.

#include <string>
#include <string_view>
#include <vector>

#include "report/finding.h"

namespace tcpstat::inline report {

struct SourceNames {
  std::string rows = "sock_diag";
  std::string net = "/proc/net";
  std::string root = "/proc";
  std::string options = {};  ///< options that make tcpstat read the same place: "--netns web"; empty: none are needed
  std::string enter = {};    ///< what stands before other commands: "nsenter --net=/run/netns/web"; empty: nothing
  /// Nothing more can be seen there than was saved.
  bool saved = false;

  /// `list`, places separated by commas, with each replaced by what was really read.
  [[nodiscard]] std::string of(std::string_view list) const;

  /// The command, changed so that it reads the same place; empty if it cannot.
  [[nodiscard]] std::string command(std::string_view words) const;

  void put_into(std::vector<Finding>& findings) const {
    put_into_evidence(findings);
    for (Finding& finding : findings) finding.next = command(finding.next);
  }
  void put_into(std::vector<SynVerdict>& verdicts) const { put_into_evidence(verdicts); }

 private:
  template <typename Judgements>
  void put_into_evidence(Judgements& judgements) const {
    for (auto& judgement : judgements) {
      for (Evidence& evidence : judgement.evidence) evidence.source = of(evidence.source);
    }
  }
};

}  // namespace tcpstat::inline report
