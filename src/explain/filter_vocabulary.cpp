#include "explain/filter_vocabulary.h"

#include <array>

#include "base/ascii.h"
#include "explain/lines.h"
#include "filter/expression_fields.h"

namespace tcpstat::explain {
namespace {

struct WordList {
  std::string_view label;
  std::string words;
};

void add(std::string& to, const std::string& word) { to += (to.empty() ? "" : ", ") + word; }

std::array<WordList, 3> lists() {
  std::array<WordList, 3> all = {{{"tests", {}}, {"numbers", {}}, {"other names", {}}}};
  auto& [tests, numbers, others] = all;
  for (const filter::Field& field : filter::named_fields()) add(tests.words, std::string(field.name));
  for (const std::string_view word : filter::field_words()) {
    const auto field = filter::find_field(word);
    if (!field || same_word(field->name, word)) continue;
    const bool number = field->kind == filter::FieldKind::number || field->kind == filter::FieldKind::duration;
    const bool of_column = number && field->column->name.starts_with(ascii_upper(word));
    const std::string entry = ascii_lower(word) + " (" + ascii_lower(field->name) + ")";
    // A column of another name is a word, too, in its own spelling.
    if (!of_column && others.words.find(entry) == std::string::npos) add(others.words, entry);
  }
  for (const std::string_view word : filter::field_words()) {
    const auto field = filter::find_field(word);
    const bool number =
        field && (field->kind == filter::FieldKind::number || field->kind == filter::FieldKind::duration);
    if (number && field->column->name.starts_with(ascii_upper(word))) add(numbers.words, ascii_lower(word));
  }
  return all;
}

}  // namespace

std::string filter_vocabulary(const Words& words) {
  std::string out;
  for (const WordList& list : lists()) out += labelled(words, words(list.label), list.words);
  return out;
}

std::string filter_vocabulary_lines() {
  std::string out;
  for (const WordList& list : lists()) out += (out.empty() ? "" : "\n") + std::string(list.label) + ": " + list.words;
  return out;
}

}  // namespace tcpstat::explain
