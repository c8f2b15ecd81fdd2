#pragma once
// Sentences about one state: who moves it on, what many of them mean, what to look at next.

#include <string_view>

#include "model/state.h"

namespace tcpstat::explain {

struct StateAdvice {
  State state;
  std::string_view role;      ///< which side of an opening or a close is in it
  std::string_view seen;      ///< how often it is seen, and why
  std::string_view who;       ///< who moves it on
  std::string_view many;      ///< what many of them mean
  std::string_view look;      ///< commands, separated by newlines
  std::string_view sections;  ///< of RFC 9293
};

const StateAdvice& advice(State state);

}  // namespace tcpstat::explain
