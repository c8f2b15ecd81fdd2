#pragma once
// Closes a document of transitions when an exception ends the run that writes it, nearly always because memory is
// short.

#include <exception>

#include "base/text_buffer.h"
#include "cli/last_words.h"
#include "render/transition_writer.h"

namespace tcpstat::cli::verbs {

class ClosedInNeed {
 public:
  ClosedInNeed(render::TransitionWriter& writer, TextBuffer& out) : writer_(writer), out_(out) {}
  ClosedInNeed(const ClosedInNeed&) = delete;
  ClosedInNeed& operator=(const ClosedInNeed&) = delete;
  ~ClosedInNeed() {
    if (std::uncaught_exceptions() == before_) return;
    writer_.finish_in_need();
    out_.flush();
    LastWords::output_is_whole();
  }

 private:
  render::TransitionWriter& writer_;
  TextBuffer& out_;
  int before_ = std::uncaught_exceptions();
};

}  // namespace tcpstat::cli::verbs
