#include "check/merge_findings.h"

#include <algorithm>
#include <string_view>

namespace tcpstat::check {
namespace {

template <typename T, typename Same, typename Worse>
void merge(std::vector<T>& into, std::vector<T> from, Same same, Worse worse) {
  for (T& one : from) {
    const auto at = std::find_if(into.begin(), into.end(), [&](const T& other) { return same(one, other); });
    if (at == into.end()) {
      into.push_back(std::move(one));
    } else if (worse(one, *at)) {
      *at = std::move(one);
    }
  }
  std::stable_sort(into.begin(), into.end(), worse);
}

}  // namespace

void merge(std::vector<Finding>& into, std::vector<Finding> from) {
  merge(
      into, std::move(from),
      [](const Finding& a, const Finding& b) { return a.rule == b.rule && a.subject == b.subject; },
      [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
}

void merge(std::vector<SynVerdict>& into, std::vector<SynVerdict> from) {
  merge(
      into, std::move(from), [](const SynVerdict& a, const SynVerdict& b) { return a.subject == b.subject; },
      [](const SynVerdict& a, const SynVerdict& b) { return a.level > b.level; });
}

void drop_repeats(std::vector<Finding>& findings) {
  const auto of_rule = [](std::string_view rule) { return [rule](const Finding& one) { return one.rule == rule; }; };
  if (std::none_of(findings.begin(), findings.end(), of_rule("accept-queue-full"))) return;
  std::erase_if(findings, of_rule("accept-queue"));
}

}  // namespace tcpstat::check
