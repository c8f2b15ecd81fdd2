#include "render/exposition.h"

#include <array>
#include <charconv>

#include "render/escape.h"

namespace tcpstat::render {
namespace {

/// The value made safe to print, with the characters escaped that the format escapes.
void append_value(TextBuffer& out, std::string_view value) {
  TextBuffer safe;
  append_escaped(safe, value);
  for (const char c : safe.view()) {
    if (c == '\\' || c == '"') out.append('\\');
    out.append(c);
  }
}

void append_exactly(TextBuffer& out, double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(std::string_view(text.data(), static_cast<std::size_t>(end.ptr - text.data())));
}

}  // namespace

void Exposition::family(std::string_view name, Type type, std::string_view help) {
  name_ = name;
  type_ = type;
  help_ = help;
  begun_ = false;
}

void Exposition::sample(Labels labels, const std::optional<double>& value) {
  if (!value) return;
  if (!begun_) {
    for (const std::string_view part : {std::string_view("# HELP "), name_, std::string_view(" "), help_,
                                        std::string_view("\n# TYPE "), name_, std::string_view(" ")}) {
      out_.append(part);
    }
    out_.append(type_ == Type::counter ? "counter\n" : "gauge\n");
    begun_ = true;
  }
  out_.append(name_);
  char before = '{';
  for (const Label& label : labels) {
    if (label.value.empty()) continue;  // the same as no label
    out_.append(before);
    out_.append(label.name);
    out_.append("=\"");
    append_value(out_, label.value);
    out_.append('"');
    before = ',';
  }
  if (before == ',') out_.append('}');
  out_.append(' ');
  append_exactly(out_, *value);
  out_.append('\n');
}

}  // namespace tcpstat::render
