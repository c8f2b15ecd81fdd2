#include "watching.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "command.h"
#include "failure.h"

namespace tcpstat::lab {

Watching::Watching(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {tcpstat_binary()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<int, 2> ends{};
  check(::pipe2(ends.data(), O_CLOEXEC), "making a pipe");
  child_ = check(::fork(), "forking");
  if (child_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(ends[1], STDOUT_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  out_ = Handle(ends[0]);
}

Watching::~Watching() {
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

std::optional<std::string> Watching::line(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (true) {
    if (const auto end = text_.find('\n', read_); end != std::string::npos) {
      std::string line = text_.substr(read_, end - read_);
      read_ = end + 1;
      return line;
    }
    text_.erase(0, read_);
    read_ = 0;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{out_.get(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
    std::array<char, 65536> buffer;
    const ssize_t size = ::read(out_.get(), buffer.data(), buffer.size());
    if (size <= 0) return std::nullopt;
    text_.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

void Watching::interrupt() const { ::kill(child_, SIGINT); }

int Watching::wait() {
  int status = 0;
  check(::waitpid(child_, &status, 0), "waiting for tcpstat");
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string value_of(const std::string& line, const std::string& key) {
  const std::string start = "\"" + key + "\":";
  const auto at = line.find(start);
  if (at == std::string::npos) return {};
  const auto from = at + start.size();
  std::string value = line.substr(from, line.find_first_of(",}", from) - from);
  std::erase(value, '"');
  return value;
}

}  // namespace tcpstat::lab
