#include "frame/control.h"

#include <fstrm.h>

#include <array>
#include <memory>

namespace pdns::frame {
namespace {

struct Destroy {
  void operator()(fstrm_control* control) const { fstrm_control_destroy(&control); }
};
using ControlPtr = std::unique_ptr<fstrm_control, Destroy>;

}  // namespace

std::optional<Control> DecodeControl(Bytes payload) {
  const ControlPtr control(fstrm_control_init());
  if (fstrm_control_decode(control.get(), payload.data(), payload.size(), 0) != fstrm_res_success) {
    return std::nullopt;
  }
  fstrm_control_type type{};
  if (fstrm_control_get_type(control.get(), &type) != fstrm_res_success) return std::nullopt;
  const Bytes ours = AsBytes(kContentType);
  const bool suits = fstrm_control_match_field_content_type(control.get(), ours.data(),
                                                            ours.size()) == fstrm_res_success;
  return Control{static_cast<ControlType>(type), suits};
}

std::string EncodeControl(ControlType type) {
  const ControlPtr control(fstrm_control_init());
  fstrm_control_set_type(control.get(), static_cast<fstrm_control_type>(type));
  if (type != ControlType::kStop && type != ControlType::kFinish) {
    const Bytes ours = AsBytes(kContentType);
    fstrm_control_add_field_content_type(control.get(), ours.data(), ours.size());
  }
  std::array<std::uint8_t, FSTRM_CONTROL_FRAME_LENGTH_MAX> bytes;
  std::size_t length = bytes.size();
  fstrm_control_encode(control.get(), bytes.data(), &length, FSTRM_CONTROL_FLAG_WITH_HEADER);
  return std::string(AsText(Bytes(bytes.data(), length)));
}

}  // namespace pdns::frame
