#include "filter/expression_parser.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/nearest_word.h"
#include "filter/comm.h"
#include "filter/expression_lexer.h"
#include "filter/expression_values.h"

namespace tcpstat::filter {
namespace {

using Tree = Understood<Expression>;

struct OperatorWord {
  std::string_view spelling;
  Comparison comparison;
  bool negated = false;
};

constexpr auto kComparisons = std::to_array<OperatorWord>({
    {"=", Comparison::equal},
    {"==", Comparison::equal},
    {"eq", Comparison::equal},
    {"!=", Comparison::equal, true},
    {"ne", Comparison::equal, true},
    {"neq", Comparison::equal, true},
    {"<", Comparison::less},
    {"lt", Comparison::less},
    {"<=", Comparison::at_most},
    {"le", Comparison::at_most},
    {"leq", Comparison::at_most},
    {">", Comparison::greater},
    {"gt", Comparison::greater},
    {">=", Comparison::at_least},
    {"ge", Comparison::at_least},
    {"geq", Comparison::at_least},
});

bool is_keyword(const Token& token, std::string_view word, std::string_view sign) {
  if (token.kind == Token::Kind::operation)
    return token.text == sign || token.text == std::string(sign) + std::string(sign);
  return token.kind == Token::Kind::word && !token.quoted && same_word(token.text, word);
}
bool is_or(const Token& token) { return is_keyword(token, "or", "|"); }
bool is_and(const Token& token) { return is_keyword(token, "and", "&"); }
bool is_not(const Token& token) {
  return token.kind == Token::Kind::operation ? token.text == "!" : is_keyword(token, "not", "!");
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, const ExpressionWords& words) : tokens_(std::move(tokens)), words_(words) {}

  Understood<ParsedExpression> run() {
    if (here().kind == Token::Kind::end) return std::move(parsed_);
    auto tree = whole();
    if (!tree) return tl::make_unexpected(tree.error());
    if (here().kind == Token::Kind::close) return tl::make_unexpected(wrong("\")\" closes nothing"));
    parsed_.expression = std::move(*tree);
    return std::move(parsed_);
  }

 private:
  /// How deep brackets may be nested; nobody writes more.
  static constexpr int kDeepest = 100;

  [[nodiscard]] const Token& here() const { return tokens_[at_]; }
  [[nodiscard]] const Token& ahead(std::size_t by) const { return tokens_[std::min(at_ + by, tokens_.size() - 1)]; }
  Token take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }

  [[nodiscard]] ExpressionError wrong(std::string problem, std::string remedy = {}) const {
    return {std::move(problem), std::move(remedy), here().place};
  }
  [[nodiscard]] std::optional<FieldKind> field_here() const {
    if (here().kind != Token::Kind::word || here().quoted) return std::nullopt;
    const auto field = find_field(here().text);
    return field ? std::optional(field->kind) : std::nullopt;
  }
  [[nodiscard]] bool begins_with_states() const {
    const auto field = field_here();
    return field && (*field == FieldKind::state || *field == FieldKind::exclude);
  }

  [[nodiscard]] ExpressionError no_order(const Token& field, const OperatorWord& how) const {
    return wrong(in_quotes(field.text) + " takes = and !=, not " + std::string(how.spelling));
  }

  /// The words `state` and `exclude` that ss(8) has before its filter: they are applied in order, and their states hold
  /// for all that follows.
  Tree whole() {
    if (!begins_with_states()) return alternatives();
    const std::size_t begin = at_;
    StateSet states;
    for (bool first = true; begins_with_states(); first = false) {
      const auto changed = state_words(first ? std::nullopt : std::optional(states));
      if (!changed) return tl::make_unexpected(changed.error());
      states = *changed;
    }
    const Token::Kind next = here().kind;
    if (next == Token::Kind::end) return Expression(Test(StateTest{states}));
    if (is_or(here()) || is_and(here()) || next == Token::Kind::close) {
      // `state X and …`: an ordinary test, unless there are several.
      leading_ = states;
      leading_end_ = at_;
      at_ = begin;
      return alternatives();
    }
    auto rest = alternatives();
    if (!rest) return rest;
    return Expression::all_of({Expression(Test(StateTest{states})), std::move(*rest)});
  }

  /// One `state X` or `exclude X`, applied to the states before it.
  Understood<StateSet> state_words(std::optional<StateSet> before) {
    bool exclude = field_here() == FieldKind::exclude;
    const Token field = take();
    if (const OperatorWord* how = comparison_here()) {
      if (how->comparison != Comparison::equal) return tl::make_unexpected(no_order(field, *how));
      exclude = exclude != how->negated;
      take();
    }
    const auto value = value_of(field);
    if (!value) return tl::make_unexpected(value.error());
    auto states = parse_state_list(*value);
    if (!states) return states;
    if (exclude) return before.value_or(StateSet::all()) - *states;
    return before.value_or(StateSet()) | *states;
  }

  Tree alternatives() {
    if (++depth_ > kDeepest) return tl::make_unexpected(wrong("the filter has too many brackets within brackets"));
    std::vector<Expression> parts;
    bool mixed = false;  // an `or` stands to the left of an `and`
    while (true) {
      auto part = conjunction();
      if (!part) return part;
      mixed = mixed || (!parts.empty() && joined_);
      parts.push_back(std::move(*part));
      if (!is_or(here())) break;
      take();
    }
    --depth_;
    parsed_.differs_from_ss = parsed_.differs_from_ss || mixed;
    return Expression::any_of(std::move(parts));
  }

  Tree conjunction() {
    std::vector<Expression> parts;
    while (true) {
      auto part = unary();
      if (!part) return part;
      parts.push_back(std::move(*part));
      if (is_and(here())) {
        take();
      } else if (here().kind == Token::Kind::end || here().kind == Token::Kind::close || is_or(here())) {
        break;
      }
    }
    joined_ = parts.size() > 1;
    return Expression::all_of(std::move(parts));
  }

  Tree unary() {
    int negations = 0;
    for (; is_not(here()); ++negations) {
      if (negations > kDeepest) return tl::make_unexpected(wrong("the filter has too many negations"));
      take();
    }
    auto tree = here().kind == Token::Kind::open ? bracketed() : test();
    for (; tree && negations > 0; --negations) tree = Expression::negation(std::move(*tree));
    return tree;
  }

  Tree bracketed() {
    const Token open = take();
    if (here().kind == Token::Kind::close) return tl::make_unexpected(wrong("there is nothing between the brackets"));
    auto tree = alternatives();
    if (!tree) return tree;
    if (here().kind != Token::Kind::close) {
      return tl::make_unexpected(ExpressionError{"\"(\" is not closed", "", open.place});
    }
    take();
    return tree;
  }

  Tree test() {
    if (leading_ && begins_with_states()) {
      at_ = leading_end_;
      const StateTest states{*leading_};
      leading_.reset();
      return Expression(Test(states));
    }
    const Token word = here();
    if (word.kind == Token::Kind::end) return tl::make_unexpected(wrong("the filter ends where a test is missing"));
    if (word.kind != Token::Kind::word) {
      return tl::make_unexpected(wrong("a test is missing before " + in_quotes(word.text)));
    }
    const auto field = word.quoted ? std::nullopt : find_field(word.text);
    if (!field) return tl::make_unexpected(no_field(word));
    if (field->kind == FieldKind::state || field->kind == FieldKind::exclude) {
      const auto states = state_words(std::nullopt);
      if (!states) return tl::make_unexpected(states.error());
      return Expression(Test(StateTest{*states}));
    }
    take();
    if (field->kind == FieldKind::alone) {
      if (comparison_here() == nullptr) return Expression(Test(AutoboundTest{}));
      return tl::make_unexpected(wrong(in_quotes(word.text) + " takes no value"));
    }
    return field->kind == FieldKind::known ? known() : compared(word, *field);
  }

  [[nodiscard]] ExpressionError no_field(const Token& word) const {
    const auto why = why_no_field(word.text);
    if (!why.empty() && !parse_state_word(word.text)) {
      return wrong(in_quotes(word.text) + " cannot be asked for in a filter", std::string(why));
    }
    const std::vector<std::string_view> known = field_words();
    const std::string_view nearest = nearest_word(word.text, known);
    ExpressionError error = wrong("unknown word " + in_quotes(word.text));
    if (parse_state_word(word.text)) {
      error.remedy = "did you mean state " + word.text + "?";
    } else if (at_ > 1 && is_or(tokens_[at_ - 1])) {
      error.remedy = "each alternative is a whole test; lists of ports: sport = 80,443";
    } else if (const auto end = parse_host(word, Side::remote, words_);
               end && word.text.find('.') != std::string::npos) {
      error.remedy = "did you mean dst " + word.text + "?";
    } else if (word.text.find_first_not_of(":0123456789") == std::string::npos) {
      error.remedy = "did you mean port " + word.text + "?";
    } else if (!nearest.empty()) {
      error.remedy = "did you mean " + ascii_lower(nearest) + "?";
    }
    error.word = word.text;
    return error;
  }

  [[nodiscard]] const OperatorWord* comparison_here() const {
    if (here().quoted || (here().kind != Token::Kind::operation && here().kind != Token::Kind::word)) return nullptr;
    const auto* at = std::find_if(kComparisons.begin(), kComparisons.end(),
                                  [&](const OperatorWord& one) { return one.spelling == here().text; });
    return at == kComparisons.end() ? nullptr : at;
  }

  /// The word behind a field is its value, whatever it is spelled like.
  Understood<Token> value_of(const Token& field) {
    if (here().kind == Token::Kind::word) return take();
    if (here().kind == Token::Kind::operation) {
      return tl::make_unexpected(ExpressionError{in_quotes(here().text) + " is no value of " + in_quotes(field.text),
                                                 "one of = == != < > <= >= between them", here().place});
    }
    return tl::make_unexpected(ExpressionError{in_quotes(field.text) + " has no value", "", field.place});
  }

  Tree known() {
    const auto value = value_of(tokens_[at_ - 1]);
    if (!value) return tl::make_unexpected(value.error());
    const auto field = find_field(value->text);
    const Column* of = field ? field->column : find_column(value->text);
    if (field && of == nullptr) of = column_of(*value, *field);
    if (field && of == nullptr) {
      return tl::make_unexpected(
          ExpressionError{in_quotes(value->text) + " has no value that could be unknown", "", value->place});
    }
    if (of == nullptr) {
      const std::string_view nearest = nearest_word(value->text, field_words());
      return tl::make_unexpected(ExpressionError{"unknown field " + in_quotes(value->text),
                                                 nearest.empty() ? "" : "did you mean " + ascii_lower(nearest) + "?",
                                                 value->place});
    }
    return Expression(Test(KnownTest{of}));
  }

  /// Where a field has none of its own name.
  static const Column* column_of(const Token& word, const Field& field) {
    const bool remote = side_of(word) == Side::remote;
    switch (field.kind) {
      case FieldKind::end:
        return &column(remote ? ColumnId::REMOTE_ADDRESS : ColumnId::LOCAL_ADDRESS);
      case FieldKind::port:
        return &column(remote ? ColumnId::REMOTE_PORT : ColumnId::LOCAL_PORT);
      case FieldKind::device:
        return &column(ColumnId::INTERFACE);
      case FieldKind::mark:
        return &column(ColumnId::MARK);
      case FieldKind::family:
        return &column(ColumnId::FAMILY);
      case FieldKind::state:
        return &column(ColumnId::STATE);
      default:
        return nullptr;
    }
  }

  Tree compared(const Token& word, const Field& field) {
    OperatorWord how{"=", Comparison::equal};
    if (const OperatorWord* typed = comparison_here()) {
      how = *typed;
      const bool ordered = field.kind == FieldKind::port || field.kind == FieldKind::number ||
                           field.kind == FieldKind::duration || field.kind == FieldKind::uid;
      if (how.comparison != Comparison::equal && !ordered) {
        return tl::make_unexpected(no_order(word, how));
      }
      take();
    }
    const auto value = value_of(word);
    if (!value) return tl::make_unexpected(value.error());
    auto tree = tree_of(word, field, how.comparison, *value);
    if (!tree || !how.negated) return tree;
    return Expression::negation(std::move(*tree));
  }

  static Side side_of(const Token& word) {
    const bool remote =
        same_word(word.text, "dst") || same_word(word.text, "dport") || ascii_lower(word.text).starts_with("remote");
    return remote ? Side::remote : Side::local;
  }

  Tree tree_of(const Token& word, const Field& field, Comparison comparison, const Token& value) {
    const Side side = side_of(word);
    switch (field.kind) {
      case FieldKind::end:
        return parse_host(value, side, words_);
      case FieldKind::port:
        return same_word(word.text, "port") ? either_port(value, comparison)
                                            : parse_port(value, side, comparison, words_);
      case FieldKind::device:
        return parse_device(value);
      case FieldKind::mark:
        return parse_mark(value);
      case FieldKind::family:
        return family(value);
      case FieldKind::user:
        return user(value);
      case FieldKind::process:
        if (value.text.size() > kLongestComm) parsed_.long_processes.push_back(value.text);
        return Test(WordTest{field.column, value.text});
      case FieldKind::cgroup:
        return cgroup(value, field);
      case FieldKind::pid:
        return pid(value);
      case FieldKind::uid:
      case FieldKind::number:
      case FieldKind::duration:
        return parse_number(value, field, comparison);
      case FieldKind::word:
        return parse_word(value, field);
      case FieldKind::state:
      case FieldKind::exclude:
      case FieldKind::alone:
      case FieldKind::known:
        break;
    }
    return tl::make_unexpected(wrong("unknown word " + in_quotes(word.text)));
  }

  Tree either_port(const Token& value, Comparison comparison) {
    auto local = parse_port(value, Side::local, comparison, words_);
    auto remote = parse_port(value, Side::remote, comparison, words_);
    if (!local || !remote) return local;
    return Expression::any_of({std::move(*local), std::move(*remote)});
  }

  static Tree family(const Token& value) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
      const std::string_view other = family == Family::ipv4 ? "inet" : "inet6";
      if (same_word(value.text, name(family)) || same_word(value.text, other)) return Test(FamilyTest{family});
    }
    return tl::make_unexpected(ExpressionError{"unknown family " + in_quotes(value.text), "ipv4 or ipv6", value.place});
  }

  Tree user(const Token& value) {
    if (value.text.find_first_not_of("0123456789") == std::string::npos && !value.text.empty()) {
      return parse_number(value, *find_field("uid"), Comparison::equal);
    }
    if (std::string why = words_.why_no_user ? words_.why_no_user(value.text) : ""; !why.empty()) {
      return tl::make_unexpected(ExpressionError{std::move(why), "", value.place});
    }
    parsed_.user_names.push_back(value.text);
    return Test(WordTest{&column(ColumnId::USER), value.text});
  }

  /// A path below the mount of cgroup2, as the column has it.
  static Tree cgroup(const Token& value, const Field& field) {
    std::string path = value.text;
    for (const std::string_view mount : {"/sys/fs/cgroup/unified/", "/sys/fs/cgroup/"}) {
      if (path.starts_with(mount)) path.erase(0, mount.size() - 1);
    }
    if (!path.starts_with('/')) {
      return tl::make_unexpected(ExpressionError{"bad control group " + in_quotes(value.text),
                                                 "a path, as /system.slice/ssh.service", value.place});
    }
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return Test(WordTest{field.column, path});
  }

  static Tree pid(const Token& value) {
    const auto number =
        parse_number(value, Field{"pid", FieldKind::number, {}, &column(ColumnId::UID)}, Comparison::equal);
    if (!number) return tl::make_unexpected(number.error());
    const std::uint64_t pid = std::get<NumberTest>(*number).value;
    if (pid > UINT32_MAX) {
      return tl::make_unexpected(
          ExpressionError{"bad value " + in_quotes(value.text) + " of pid", "a number of 32 bits", value.place});
    }
    return Test(PidTest{static_cast<std::uint32_t>(pid)});
  }

  std::vector<Token> tokens_;
  const ExpressionWords& words_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool joined_ = false;  ///< whether the last conjunction had several parts
  std::optional<StateSet> leading_;
  std::size_t leading_end_ = 0;
  ParsedExpression parsed_;
};

}  // namespace

Understood<ParsedExpression> parse_expression(std::string_view text, const ExpressionWords& words) {
  auto tokens = lex(text);
  if (!tokens) return tl::make_unexpected(tokens.error());
  return Parser(std::move(*tokens), words).run();
}

}  // namespace tcpstat::filter
