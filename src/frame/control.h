// Control frames of Frame Streams, by libfstrm: payload -> [DecodeControl] -> Control, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace pdns::frame {

inline constexpr std::string_view kContentType = "protobuf:dnstap.Dnstap";

enum class ControlType : std::uint8_t {
  kAccept = 1,
  kStart = 2,
  kStop = 3,
  kReady = 4,
  kFinish = 5,
};

struct Control {
  ControlType type;
  bool suits;  // READY, ACCEPT, START: names kContentType, or no content type at all
};

// Foreign bytes: a control payload, without its header. Nothing when libfstrm does not know it.
std::optional<Control> DecodeControl(Bytes payload);

// A whole control frame, header included; READY, ACCEPT and START name kContentType.
std::string EncodeControl(ControlType type);

}  // namespace pdns::frame
