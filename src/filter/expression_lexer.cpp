#include "filter/expression_lexer.h"

#include <optional>

namespace tcpstat::filter {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kOperators = "=!<>&|";

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Understood<std::vector<Token>> run() {
    std::vector<Token> tokens;
    while (true) {
      at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
      if (at_ == text_.size()) break;
      auto token = next();
      if (!token) return tl::make_unexpected(token.error());
      tokens.push_back(std::move(*token));
    }
    tokens.push_back({Token::Kind::end, {}, text_.size()});
    return tokens;
  }

 private:
  Understood<Token> next() {
    const char c = text_[at_];
    if (c == '(' || c == ')') return one(c == '(' ? Token::Kind::open : Token::Kind::close, 1);
    if (kOperators.find(c) == std::string_view::npos) return word();
    const char second = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
    const bool doubled = (c == second && c != '!' && c != '<' && c != '>') || (second == '=' && c != '&' && c != '|');
    return one(Token::Kind::operation, doubled ? 2 : 1);
  }

  Token one(Token::Kind kind, std::size_t size) {
    Token token{kind, std::string(text_.substr(at_, size)), at_};
    at_ += size;
    return token;
  }

  Understood<Token> word() {
    Token token{Token::Kind::word, {}, at_};
    while (at_ < text_.size() && !ends_word(text_[at_])) {
      const char c = text_[at_++];
      if (c == '"' || c == '\'') {
        const std::size_t quote = at_ - 1;
        token.quoted = true;
        if (!take_quoted(c, token.text)) {
          return tl::make_unexpected(ExpressionError{"a quotation has no end", "", quote});
        }
      } else if (c == '\\' && at_ < text_.size()) {
        token.quoted = true;
        token.text += text_[at_++];
      } else {
        token.text += c;
      }
    }
    return token;
  }

  bool take_quoted(char quote, std::string& to) {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return true;
      }
      if (text_[at_] == '\\' && quote == '"' && at_ + 1 < text_.size()) ++at_;
      to += text_[at_];
    }
    return false;
  }

  static bool ends_word(char c) {
    return c == '(' || c == ')' || kBlanks.find(c) != std::string_view::npos ||
           kOperators.find(c) != std::string_view::npos;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Understood<std::vector<Token>> lex(std::string_view text) { return Lexer(text).run(); }

}  // namespace tcpstat::filter
