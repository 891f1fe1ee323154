// Is this build slowed down, and its memory made larger, by a sanitizer? Long random tests then do
// a quarter of their rounds.
#pragma once

namespace pdns::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

constexpr unsigned Rounds(unsigned of_a_plain_build) {
  return kSanitized ? (of_a_plain_build + 3) / 4 : of_a_plain_build;
}

}  // namespace pdns::testing
