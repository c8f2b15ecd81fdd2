#include "rounds.h"

#include <algorithm>
#include <numeric>

#include "caches.h"

namespace tcpstat::bench {
namespace {

/// `command` with its program's name replaced by where that is found.
Words found(const std::string& command, const std::string& tcpstat, const std::string& folder) {
  Words words = words_of(command);
  if (words.front() == "tcpstat") words.front() = tcpstat;
  if (words.front() == "storm" && words.size() > 2 && words[2] == "tcpstat") words[2] = tcpstat;
  if (words.front() == "drain" || words.front() == "fdwalk" || words.front() == "storm")
    words.front() = folder + "/" + words.front();
  return words;
}

/// A command that takes its turn in a case, and where its usage goes.
struct Member {
  Words words;
  Output output;
  Usage* usage;
};

void add(Usage& sum, const Usage& part, int times) {
  sum.wall += part.wall * times;
  sum.cpu += part.cpu * times;
  sum.peak_kib = std::max(sum.peak_kib, part.peak_kib);
  sum.failed = sum.failed || part.failed;
}

void play_once(Measured& measured, int round, const Programs& programs) {
  const Case& what = measured.what;
  Usage ours;
  Usage theirs;
  std::vector<Usage> references(what.references.size());
  std::vector<Member> members;
  for (std::size_t i = 0; i < references.size(); ++i)
    members.push_back({found(what.references[i], programs.tcpstat, programs.folder), Output::null, &references[i]});
  members.push_back({found(what.command, programs.tcpstat, programs.folder), what.output, &ours});
  const bool compared = what.is_tcpstat() && !programs.against.empty();
  if (compared) members.push_back({found(what.command, programs.against, programs.folder), what.output, &theirs});

  for (const std::size_t turn : turns(members.size(), round)) {
    spoil_caches();
    *members[turn].usage = run(members[turn].words, members[turn].output);
  }

  measured.ours.push_back(ours);
  if (compared) measured.theirs.push_back(theirs);
  if (references.empty()) return;
  Usage sum;
  for (const Usage& one : references) add(sum, one, what.reference_times);
  measured.references.push_back(sum);
}

}  // namespace

std::vector<std::size_t> turns(std::size_t members, int round) {
  std::vector<std::size_t> order(members);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (members == 0) return order;
  const auto first = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(round) / 2 % members);
  std::rotate(order.begin(), order.begin() + first, order.end());
  if (round % 2 == 1) std::reverse(order.begin(), order.end());
  return order;
}

std::vector<Measured> play(const std::vector<Case>& cases, int rounds, const Programs& programs) {
  std::vector<Measured> all;
  for (const Case& what : cases) {
    Measured warm{what, {}, {}, {}};
    play_once(warm, 0, programs);
    all.push_back({what, {}, {}, {}});
  }
  for (int round = 0; round < rounds; ++round) {
    for (const std::size_t turn : turns(all.size(), round)) play_once(all[turn], round, programs);
  }
  return all;
}

}  // namespace tcpstat::bench
