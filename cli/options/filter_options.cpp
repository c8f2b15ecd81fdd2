#include "cli/options/filter_options.h"

#include <algorithm>

#include "base/shell_word.h"
#include "cli/options/exclusions.h"
#include "cli/options/read_option.h"

namespace tcpstat::cli::options {
namespace {

/// A summary counts all states, and rules judge all; lists, and counts with limits, are of connections.
StateSet usual_states(const Words& words) {
  const bool all = words.verb.id == VerbId::summary || (words.verb.id == VerbId::check && !counts_sockets(words));
  if (words.given(OptionId::all) || (all && !words.given(OptionId::listening))) return StateSet::all();
  if (words.given(OptionId::listening)) return {State::listen};
  return StateSet::all() - StateSet{State::listen, State::close};
}

Failure read_states(const Words& words, filter::Filter& to) {
  to.states = usual_states(words);
  if (!words.given(OptionId::state)) return std::nullopt;
  const auto pieces = words.pieces(OptionId::state);
  if (pieces.empty()) {
    return UsageError{"--state needs a value: a state, a number or a group (see: tcpstat --list states)"};
  }
  const auto states = parse_states(pieces);
  if (!states) return states.error();
  to.states = *states;
  return std::nullopt;
}

/// An expression that names states says all about them, and one that only listeners match does not mean the usual ones;
/// only --state narrows it.
void add_expression(const Words& words, std::vector<filter::Expression> excluded, filter::Filter& to) {
  if (words.expression) {
    const bool states = filter::needs_of(words.expression->expression).states ||
                        (to.states & filter::possible_states(words.expression->expression)).empty();
    if (states && !words.given(OptionId::state)) to.states = StateSet::all();
    excluded.push_back(words.expression->expression);
    const auto& users = words.expression->user_names;
    to.expression_users.insert(to.expression_users.end(), users.begin(), users.end());
  }
  if (!excluded.empty()) filter::add_expression(to, filter::Expression::all_of(std::move(excluded)));
}

/// Makes the test of a range of ports.
auto port_tree(filter::Side side) {
  return [side](const filter::PortRange& range) {
    return filter::Expression(filter::Test(filter::PortTest{side, range}));
  };
}
filter::Expression either_port_tree(const filter::PortRange& range) {
  return filter::Expression::any_of({port_tree(filter::Side::local)(range), port_tree(filter::Side::remote)(range)});
}

Failure read_ports(const Words& words, Exclusions& exclusions, filter::Filter& to) {
  constexpr auto kLocal = filter::Side::local;
  constexpr auto kRemote = filter::Side::remote;
  if (auto failed = exclusions.read(OptionId::port, to.ports, parse_ports, either_port_tree)) return failed;
  if (auto failed = exclusions.read(OptionId::local_port, to.local_ports, parse_ports, port_tree(kLocal))) {
    return failed;
  }
  if (auto failed = exclusions.read(OptionId::remote_port, to.remote_ports, parse_ports, port_tree(kRemote))) {
    return failed;
  }
  // As with --remote: exclusions alone are a condition, too, which no listener matches.
  if (words.given(OptionId::remote_port) && to.remote_ports.empty()) to.remote_ports.emplace_back();
  return std::nullopt;
}

Failure read_owners(Exclusions& exclusions, filter::Filter& to) {
  const auto pid = [](const std::string& word) { return parse_count(word, "process id", UINT32_MAX); };
  const auto of_pid = [](std::uint64_t number) {
    return filter::Expression(filter::Test(filter::PidTest{static_cast<std::uint32_t>(number)}));
  };
  const auto process = [](const std::string& word) { return Parsed<std::string>(word); };
  const auto of_process = [](const std::string& word) {
    return filter::Expression(filter::Test(filter::WordTest{&column(ColumnId::PROCESS), word}));
  };
  if (auto failed = exclusions.read(OptionId::pid, to.pids, pid, of_pid)) return failed;
  return exclusions.read(OptionId::process, to.processes, process, of_process);
}

/// Selects processes in one of several units or containers, or outside of those that are excluded.
Failure read_place(Exclusions& exclusions, OptionId id, ColumnId of) {
  const auto word = [](const std::string& name) { return Parsed<std::string>(name); };
  const auto tree = [of](const std::string& name) {
    return filter::Expression(filter::Test(filter::WordTest{&column(of), name}));
  };
  std::vector<std::string> wanted;
  if (auto failed = exclusions.read(id, wanted, word, tree)) return failed;
  std::vector<filter::Expression> any;
  for (const std::string& name : wanted) any.push_back(tree(name));
  if (!any.empty()) exclusions.add(filter::Expression::any_of(std::move(any)));
  return std::nullopt;
}

/// A file or another /proc has its own names for users; root is 0 everywhere.
UsersOf users_of(const TypedOptions& typed) {
  const auto source = typed.value(OptionId::source);
  const bool recorded = typed.given(OptionId::record) || typed.given(OptionId::at) || typed.given(OptionId::replay);
  const bool elsewhere =
      typed.given(OptionId::proc_root) || recorded || (source && parse_source(*source) == SourceId::file);
  return elsewhere ? UsersOf::elsewhere : UsersOf::this_host;
}

Failure read_users(const Words& words, Exclusions& exclusions, filter::Filter& to) {
  using filter::Expression;
  using filter::Test;
  const bool elsewhere = users_of(words.typed) == UsersOf::elsewhere;
  std::vector<Expression> named;  // each sample of a record may have users of its own
  for (const std::string& piece : words.pieces(OptionId::user)) {
    const bool excluded = Exclusions::is_excluded(piece);
    const std::string word = Exclusions::meant(piece);
    const bool is_number = word.find_first_not_of("0123456789") == std::string::npos;
    if (elsewhere && !is_number && word != "root") {
      to.expression_users.push_back(word);
      Expression same(Test(filter::WordTest{&column(ColumnId::USER), word}));
      excluded ? exclusions.add(Expression::negation(std::move(same))) : named.push_back(std::move(same));
      continue;
    }
    const auto user = parse_user(word);
    if (!user) return user.error();
    if (excluded) {
      const filter::NumberTest same{&column(ColumnId::UID), filter::Comparison::equal, *user};
      exclusions.add(Expression::negation(Test(same)));
    } else {
      to.users.push_back(*user);
    }
  }
  if (named.empty()) return std::nullopt;
  for (const std::uint32_t user : to.users) {
    named.emplace_back(Test(filter::NumberTest{&column(ColumnId::UID), filter::Comparison::equal, user}));
  }
  to.users.clear();
  exclusions.add(Expression::any_of(std::move(named)));
  return std::nullopt;
}

}  // namespace

bool counts_sockets(const Words& words) {
  return words.verb.id == VerbId::check && (words.given(OptionId::warning) || words.given(OptionId::critical));
}

Failure read_expression(const std::vector<std::string>& operands, Words& to) {
  to.expression_text = expression_text(operands);
  if (const auto file = to.typed.value(OptionId::filter_file)) {
    if (file->empty()) return UsageError{"--filter needs a value: FILE"};
    if (*file == "-" && to.typed.value(OptionId::source) == "-") {
      return UsageError{"standard input holds the rows (--source -) or the filter (-F -), not both"};
    }
    const auto words = filter_file_text(*file, file_timeout(to.typed));
    if (!words) return words.error();
    to.expression_text += " " + *words;
  }
  if (to.expression_text.find_first_not_of(" \t\r") == std::string::npos && operands.empty()) return std::nullopt;
  auto expression = parse_filter(to.expression_text, users_of(to.typed), file_timeout(to.typed));
  if (!expression) {
    // `ss -o state established`, as the manual of ss has it.
    UsageError error = expression.error();
    if (const auto file = to.typed.value(OptionId::filter_file)) {
      error.sentence = "cannot read the filter of " + in_quotes(*file) + ": " + error.sentence;
    }
    const auto columns = to.typed.value(OptionId::output);
    if (columns == "state" || columns == "exclude") error.sentence += ": -o takes columns here, so leave it out";
    return error;
  }
  to.expression = std::move(*expression);
  return std::nullopt;
}

Failure read_filter(const Words& words, filter::Filter& to) {
  if (words.given(OptionId::ipv4) != words.given(OptionId::ipv6)) {
    to.ipv4 = words.given(OptionId::ipv4);
    to.ipv6 = words.given(OptionId::ipv6);
  }
  Exclusions exclusions(words.typed);
  if (auto failed = exclusions.read_ends(OptionId::local, filter::Side::local, to.local)) return failed;
  if (auto failed = exclusions.read_ends(OptionId::remote, filter::Side::remote, to.remote)) return failed;
  if (auto failed = read_ports(words, exclusions, to)) return failed;
  if (auto failed = read_users(words, exclusions, to)) return failed;
  if (auto failed = read_owners(exclusions, to)) return failed;
  if (auto failed = read_place(exclusions, OptionId::unit, ColumnId::UNIT)) return failed;
  if (auto failed = read_place(exclusions, OptionId::container, ColumnId::CONTAINER)) return failed;
  if (auto failed = read_states(words, to)) return failed;
  add_expression(words, exclusions.take(), to);
  return std::nullopt;
}

bool narrows_alone(const TypedOptions& typed) {
  return std::none_of(options().begin(), options().end(), [&](const OptionInfo& option) {
    const bool elsewhere = option.id == OptionId::netns || option.id == OptionId::mptcp;
    return (option.group != OptionGroup::filters || elsewhere) && typed.given(option.id);
  });
}

std::string filters_as_typed(const Words& words) {
  std::string text;
  for (const OptionInfo& option : options()) {
    // The text of -F is part of the expression, and whoever prints a command knows which place was read.
    const bool left_out = option.id == OptionId::filter_file || option.id == OptionId::netns;
    if (option.group != OptionGroup::filters || left_out || !words.given(option.id)) continue;
    const std::string name = " --" + std::string(option.name);
    if (!option.takes_value()) text += name;
    for (const std::string& value : words.typed.values(option.id)) text += name + " " + shell_word(value);
  }
  return words.expression_text.empty() ? text : text + " " + shell_word(words.expression_text);
}

}  // namespace tcpstat::cli::options
