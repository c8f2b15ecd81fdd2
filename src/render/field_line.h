#pragma once
// Lines of fields between separators, in the manner of csv (',') and of plain (TAB). Nothing is escaped here: callers
// make text of others safe to print.

#include <span>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "base/text_buffer.h"

namespace tcpstat::render {

class FieldLine {
 public:
  FieldLine(TextBuffer& out, char separator) : out_(out), separator_(separator), csv_(separator == ',') {}

  void header(std::span<const std::string_view> names) {
    for (const std::string_view& name : names) {
      if (&name != names.data()) out_.append(separator_);
      out_.append(csv_ ? std::string(name) : ascii_upper(name));
    }
    out_.append('\n');
  }

  /// An empty field is an unknown one.
  void fields(std::span<const std::string> fields) {
    for (const std::string& field : fields) {
      if (&field != fields.data()) out_.append(separator_);
      put(field);
    }
    out_.append('\n');
  }

 private:
  void put(const std::string& field) {
    if (field.empty()) {
      out_.append(csv_ ? "" : "-");
    } else if (csv_ && field.find_first_of(",\"") != std::string::npos) {
      out_.append('"');
      for (const char c : field) {
        if (c == '"') out_.append('"');
        out_.append(c);
      }
      out_.append('"');
    } else {
      out_.append(field);
    }
  }

  TextBuffer& out_;
  char separator_;
  bool csv_;
};

}  // namespace tcpstat::render
