#include "render/headline.h"

#include <algorithm>

#include "base/utf8.h"

namespace tcpstat::render {
namespace {

constexpr std::string_view kCut = "...";
/// Names of others may be as long as they like; some words of the fault are said all the same.
constexpr std::size_t kLeast = 24;

/// The finding whose message the headline is made of.
const Finding* told_in(std::string_view headline, const std::vector<Finding>& findings) {
  const auto at = std::find_if(findings.begin(), findings.end(), [&](const Finding& one) {
    return !one.message.empty() && headline.find(one.message) != std::string_view::npos;
  });
  return at == findings.end() ? nullptr : &*at;
}

}  // namespace

Headline headline_within(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return {std::string(text), false};
  std::string_view kept = fitting(text, std::max(columns, kLeast) - kCut.size());
  const std::size_t blank = kept.rfind(' ');
  // A word that is longer than half a line is broken.
  if (text[kept.size()] != ' ' && blank != std::string_view::npos && blank * 2 > kept.size()) {
    kept = kept.substr(0, blank);
  }
  const std::size_t end = kept.find_last_not_of(" ,:;(");
  return {std::string(kept.substr(0, end == std::string_view::npos ? 0 : end + 1)) + std::string(kCut), true};
}

Headline headline_within(const CheckReport& report, std::size_t columns) {
  const std::string_view all = report.headline;
  const Finding* finding = told_in(all, report.findings);
  const bool reason = finding == nullptr && report.status == Severity::unknown;
  if (display_width(all) <= columns || reason) return {std::string(all), false};
  if (finding == nullptr) return headline_within(all, columns);
  const std::size_t at = all.find(finding->message);
  const std::string_view before = all.substr(0, at);
  const std::string_view behind = all.substr(at + finding->message.size());
  const std::size_t taken = display_width(before) + display_width(behind);
  const std::string_view words = finding->brief.empty() ? finding->message : finding->brief;
  const Headline middle = headline_within(words, columns > taken ? columns - taken : 0);
  return {std::string(before) + middle.text + std::string(behind), true};
}

}  // namespace tcpstat::render
