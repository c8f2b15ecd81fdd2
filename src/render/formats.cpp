#include "render/formats.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tcpstat::render {

std::span<const Format> formats() {
  static const auto kFormats = std::to_array<Format>({
#define FORMAT(name) name::format(),
#include "render/formats.def"
#undef FORMAT
  });
  return kFormats;
}

const Format& format(FormatId id) { return formats()[static_cast<std::size_t>(id)]; }

const Format* find_format(std::string_view name) {
  const auto all = formats();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Format& format) { return format.name == name; });
  return at == all.end() ? nullptr : &*at;
}

bool writes(const Format& format, Document document) {
  switch (document) {
    case Document::list:
      return format.list != nullptr;
    case Document::samples:
      return format.list != nullptr && format.tells_samples_apart;
    case Document::summary:
      return format.summary != nullptr;
    case Document::transitions:
      return format.transitions != nullptr;
    case Document::lives:
      return format.lives != nullptr;
    case Document::check:
      return format.check != nullptr;
    case Document::audit:
      return format.audit != nullptr;
    case Document::validation:
      return format.validation != nullptr;
    case Document::explanation:
      return format.explanation != nullptr;
    case Document::words:
      return format.words != nullptr;
    case Document::history:
      return format.history != nullptr;
  }
  return false;
}

/// The format's name in a sentence.
static std::string name_for(const Format& format, Document document) {
  const bool judgement = document == Document::check || document == Document::audit;
  std::string text(format.name);
  if (judgement && !format.judgement_name.empty()) text += " (" + std::string(format.judgement_name) + ")";
  return text;
}

std::string writers_of(Document document, std::span<const Format> among) {
  std::vector<std::string> names;
  // Formats with columns stand together.
  for (const bool with_columns : {true, false}) {
    for (const Format& format : among) {
      if (format.has_columns == with_columns && writes(format, document)) names.push_back(name_for(format, document));
    }
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : " or ";
    text += names[i];
  }
  return text;
}

}  // namespace tcpstat::render
