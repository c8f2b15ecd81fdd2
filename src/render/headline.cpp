#include "render/headline.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace tcpstat::render {
namespace {

constexpr std::string_view kCut = "...";
/// However long the names of others are, this many columns are left for the fault.
constexpr std::size_t kLeast = 24;

/// "15 connections" of "15 connections on", which says nothing without the word behind it.
std::string_view without_loose_end(std::string_view text) {
  constexpr std::array<std::string_view, 9> kLoose = {" on", " of", " from", " to",  " in",
                                                      " at", " by", " for",  " with"};
  for (const std::string_view word : kLoose) {
    if (text.ends_with(word)) return text.substr(0, text.size() - word.size());
  }
  return text;
}

/// The finding that the headline is made of.
const Finding* told_in(std::string_view headline, const std::vector<Finding>& findings) {
  const auto at = std::find_if(findings.begin(), findings.end(), [&](const Finding& one) {
    return !one.message.empty() && headline.find(one.sentence()) != std::string_view::npos;
  });
  return at == findings.end() ? nullptr : &*at;
}

/// Drops items of the bracket at the end: "queue full (3 of 2)" of "queue full (3 of 2, nginx(812))". The result has at
/// most `kept` bytes with the closing bracket; empty if that cannot be done.
std::string with_fewer_items(std::string_view text, std::size_t kept) {
  const std::size_t open = text.substr(0, kept).find(" (");
  if (open == std::string_view::npos || !text.ends_with(')') || text.find(" (", kept) != text.npos) return {};
  const std::size_t comma = text.substr(0, kept + 1).rfind(", ");
  // If a bracket was closed before the comma, it does not separate items of the last one.
  if (comma == std::string_view::npos || comma < open || text.substr(open, comma - open).find(')') != text.npos)
    return {};
  return std::string(text.substr(0, comma)) + ")";
}

}  // namespace

Headline headline_within(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return {std::string(text)};
  std::string_view kept = fitting(text, std::max(columns, kLeast) - kCut.size());
  const std::size_t whole_bytes = fitting(text, std::max(columns, kLeast)).size();
  if (std::string whole = with_fewer_items(text, whole_bytes); !whole.empty()) return {std::move(whole), true};
  if (kept.size() == text.size()) return {std::string(text)};
  const std::size_t blank = kept.rfind(' ');
  // Words are cut only if they are longer than half a line.
  if (text[kept.size()] != ' ' && blank != std::string_view::npos && blank * 2 > kept.size()) {
    kept = kept.substr(0, blank);
  }
  const std::size_t end = kept.find_last_not_of(" ,:;(");
  kept = kept.substr(0, end == std::string_view::npos ? 0 : end + 1);
  return {std::string(without_loose_end(kept)) + std::string(kCut), true};
}

Headline headline_within(const CheckReport& report, std::size_t columns) {
  const std::string_view all = report.headline;
  const Finding* finding = told_in(all, report.findings);
  if (finding == nullptr) {
    const bool reason = report.status == Severity::unknown;
    return reason ? Headline{std::string(all)} : headline_within(all, columns);
  }
  const std::string sentence = finding->sentence();
  const std::size_t at = all.find(sentence);
  const std::string_view before = all.substr(0, at);
  const std::string_view behind = all.substr(at + sentence.size());
  const std::size_t taken = display_width(before) + display_width(behind);
  const std::size_t room = columns > taken ? columns - taken : 0;
  const bool fits = display_width(finding->message) <= room;
  const Headline middle = headline_within(fits || finding->brief.empty() ? finding->message : finding->brief, room);
  return {.text = std::string(before) + middle.text + std::string(behind),
          .shortened = middle.text != sentence,
          .told = finding};
}

}  // namespace tcpstat::render
