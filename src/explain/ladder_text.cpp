// Ladder diagrams: two columns of states, and between them what goes from one to the other.

#include <algorithm>

#include "base/utf8.h"
#include "explain/explanations.h"
#include "explain/lines.h"

namespace tcpstat::explain {
namespace {

constexpr std::size_t kStateWidth = 12;
constexpr std::size_t kArrowWidth = 49;
constexpr std::size_t kLostWidth = 34;

constexpr std::string_view kHowNumbersCount =
    "seq and ack count from the SYN of each end, which is 0. SYN and FIN take a number each, as a byte of data does; "
    "an "
    "ACK names the next number that is expected, so that it is that of the SYN or FIN plus 1.";

struct Strokes {
  std::string_view line, right, left, down, up, lost, late;
};
constexpr Strokes kAscii{"-", ">", "<", "\\", "/", "x", "..."};
constexpr Strokes kUtf8{"─", "→", "←", "╲", "╱", "×", "…"};

std::string repeated(std::string_view stroke, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += stroke;
  return text;
}

/// "----- SYN -----", `width` columns.
std::string stroked(const Strokes& strokes, std::string_view label, std::size_t width) {
  const std::size_t before = (width - label.size() - 2) / 2;
  return repeated(strokes.line, before) + " " + std::string(label) + " " +
         repeated(strokes.line, width - label.size() - 2 - before);
}

std::string line(std::string_view left, const std::string& middle, std::string_view right) {
  std::string text = "  " + padded(left, kStateWidth) + "  " + padded(middle, kArrowWidth) + "  " + std::string(right);
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

/// Empty for an end that is in no state.
std::string_view state_text(Seen state) { return state ? name(*state) : std::string_view(); }

std::string rung_text(const Rung& rung, const Strokes& strokes, const Words& words) {
  const std::string_view left = state_text(rung.states[0]);
  const std::string_view right = state_text(rung.states[1]);
  const std::size_t half = (kArrowWidth - 5) / 2;
  const auto arrow = [&](const NumberedSegment& segment, std::size_t width) {
    return stroked(strokes, text(segment), width);
  };
  switch (rung.kind) {
    case Rung::Kind::start:
      return line(left, "", right);
    case Rung::Kind::call: {
      const std::string said(words(rung.words));
      const std::size_t before = rung.caller == 0 ? 0 : kArrowWidth - std::min(kArrowWidth, display_width(said));
      return line(left, std::string(before, ' ') + said, right);
    }
    case Rung::Kind::to_right:
      return line(left, arrow(rung.from_left, kArrowWidth - 1) + std::string(strokes.right), right);
    case Rung::Kind::to_left:
      return line(left, std::string(strokes.left) + arrow(rung.from_right, kArrowWidth - 1), right);
    case Rung::Kind::lost_to_right:
      return line(left, arrow(rung.from_left, kLostWidth) + " " + std::string(strokes.lost), right);
    case Rung::Kind::late_to_right:
      return line(left, arrow(rung.from_left, kLostWidth) + " " + std::string(strokes.late), right);
    case Rung::Kind::lost_to_left:
      return line(left,
                  std::string(kArrowWidth - kLostWidth - 2, ' ') + std::string(strokes.lost) + " " +
                      arrow(rung.from_right, kLostWidth),
                  right);
    case Rung::Kind::crossing: {
      const auto middle = [](std::string_view a, std::string_view b) {
        return " " + std::string(a) + " " + std::string(b) + " ";
      };
      return line("", arrow(rung.from_left, half) + middle(strokes.down, strokes.up) + arrow(rung.from_right, half),
                  "") +
             line(left,
                  std::string(strokes.left) + repeated(strokes.line, half - 1) + middle(strokes.up, strokes.down) +
                      repeated(strokes.line, half - 1) + std::string(strokes.right),
                  right);
    }
  }
  return {};
}

}  // namespace

std::string explain_lifecycle(const Lifecycle& lifecycle, Drawing drawing, const Words& words) {
  const Strokes& strokes = drawing == Drawing::utf8 ? kUtf8 : kAscii;
  std::string out =
      paragraph(words, std::string(lifecycle.name) + std::string(words(": ")) + std::string(words(lifecycle.meaning))) +
      "\n";
  out += line(words(lifecycle.ends[0].name), "", words(lifecycle.ends[1].name));
  for (const Rung& rung : run(lifecycle)) out += rung_text(rung, strokes, words);
  out += "\n" + paragraph(words, words(kHowNumbersCount)) + "\n" + paragraph(words, words(lifecycle.lesson));
  if (const auto state = parse_state_word(lifecycle.name); state && state->size() == 1) {
    for (const StateInfo& info : states()) {
      if (!state->has(info.state)) continue;
      out += "\n" + words.fill("The state {}: tcpstat explain {}", {info.name, info.name}) + "\n";
    }
  }
  return out;
}

}  // namespace tcpstat::explain
