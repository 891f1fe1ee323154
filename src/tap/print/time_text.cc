#include "tap/print/time_text.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <ctime>

namespace pdns::tap {
namespace {

constexpr std::uint64_t kEndOfYear9999 = 253402300800;
constexpr std::uint64_t kLongestOffset = 86400;
constexpr std::uint32_t kNanoseconds = 1000000000;

// As dnstap-read writes it.
constexpr const char* kUnknown = R"(????-??-?? ??:??:??.???)";

std::optional<std::tm> Split(const dnstap::Time& time, Zone zone) {
  if (!time.seconds.has_value() || *time.seconds >= kEndOfYear9999 - kLongestOffset) {
    return std::nullopt;
  }
  const auto seconds = static_cast<std::time_t>(*time.seconds);
  std::tm parts{};
  const std::tm* done =
      zone == Zone::kUtc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
  if (done == nullptr) return std::nullopt;
  return parts;
}

std::optional<std::uint32_t> Nanosecond(const dnstap::Time& time) {
  return time.nanosecond.value_or(kNanoseconds) < kNanoseconds ? time.nanosecond : std::nullopt;
}

std::string Offset(const std::tm& parts) {
  const long minutes = std::labs(parts.tm_gmtoff) / 60;
  return fmt::format("{}{:02}:{:02}", parts.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace

std::string LineTime(const dnstap::Time& time, Zone zone) {
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto parts = Split(time, zone);
  if (!parts.has_value()) return kUnknown;
  const auto nanosecond = Nanosecond(time);
  return fmt::format("{:02}-{}-{:04} {:02}:{:02}:{:02}.{}", parts->tm_mday,
                     kMonths.at(static_cast<std::size_t>(parts->tm_mon)), parts->tm_year + 1900,
                     parts->tm_hour, parts->tm_min, parts->tm_sec,
                     nanosecond ? fmt::format("{:03}", *nanosecond / 1000000) : R"(???)");
}

std::optional<std::string> IsoTime(const dnstap::Time& time, Zone zone) {
  const auto parts = Split(time, zone);
  if (!parts.has_value()) return std::nullopt;
  const auto nanosecond = Nanosecond(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}", parts->tm_year + 1900,
                     parts->tm_mon + 1, parts->tm_mday, parts->tm_hour, parts->tm_min,
                     parts->tm_sec, nanosecond ? fmt::format(".{:09}", *nanosecond) : "",
                     zone == Zone::kUtc ? "Z" : Offset(*parts));
}

}  // namespace pdns::tap
