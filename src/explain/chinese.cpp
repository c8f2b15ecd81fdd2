#include <array>

#include "explain/language.h"

namespace tcpstat::explain {
namespace {

constexpr auto kChinese = std::to_array<Translation>({
#define TEXT(english, chinese) {english, chinese},
#include "explain/chinese.def"
#undef TEXT
});

}  // namespace

std::span<const Translation> chinese() { return kChinese; }

}  // namespace tcpstat::explain
