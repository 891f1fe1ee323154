// Times of frames as people and programs read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dnstap/message.h"

namespace pdns::tap {

enum class Zone : std::uint8_t { kUtc, kLocal };

// "22-Nov-2026 18:41:16.119", as dnstap-read has it; ? for what is not known or cannot be: a
// fraction of a second that is absent, a year behind 9999.
std::string LineTime(const dnstap::Time& time, Zone zone);

// "2026-11-22T18:41:16.119000000Z" or, local, "...+05:30" (RFC 3339); without a fraction when none
// was sent. Nothing when there are no seconds or the year lies behind 9999.
std::optional<std::string> IsoTime(const dnstap::Time& time, Zone zone);

}  // namespace pdns::tap
