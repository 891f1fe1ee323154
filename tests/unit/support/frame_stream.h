// Frame Streams bytes by hand, independent of the code under test.
// Format: https://farsightsec.github.io/fstrm/
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "unit/support/dns_message.h"

namespace pdns::testing {

inline constexpr std::string_view kDnstapType = "protobuf:dnstap.Dnstap";

enum ControlNumber : std::uint32_t { kAccept = 1, kStart, kStop, kReady, kFinish };

inline std::string DataFrame(std::string_view payload) {
  return U32(static_cast<std::uint32_t>(payload.size())).append(payload);
}

// A control frame around any payload: escape, length, payload.
inline std::string RawControl(std::string_view payload) {
  return U32(0).append(U32(static_cast<std::uint32_t>(payload.size()))).append(payload);
}

inline std::string ControlFrame(std::uint32_t type,
                                std::initializer_list<std::string_view> content_types = {}) {
  constexpr std::uint32_t kContentTypeField = 1;
  std::string payload = U32(type);
  for (const std::string_view name : content_types) {
    payload += U32(kContentTypeField) + DataFrame(name);
  }
  return RawControl(payload);
}

inline std::string StartFrame() { return ControlFrame(kStart, {kDnstapType}); }
inline std::string ReadyFrame() { return ControlFrame(kReady, {kDnstapType}); }
inline std::string StopFrame() { return ControlFrame(kStop); }

// START and the payloads; still being written, as it were.
inline std::string OpenCapture(const std::vector<std::string>& payloads) {
  std::string bytes = StartFrame();
  for (const std::string& payload : payloads) bytes += DataFrame(payload);
  return bytes;
}

// A whole capture, STOP included.
inline std::string Capture(const std::vector<std::string>& payloads) {
  return OpenCapture(payloads) + StopFrame();
}

}  // namespace pdns::testing
