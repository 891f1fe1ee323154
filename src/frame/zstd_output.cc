#include "frame/zstd_output.h"

#include <zstd.h>

#include <string>
#include <utility>
#include <vector>

namespace pdns::frame {

struct ZstdOutput::Guest {
  struct Free {
    void operator()(ZSTD_CCtx* made) const { ZSTD_freeCCtx(made); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context{ZSTD_createCCtx()};
  std::vector<char> out = std::vector<char>(ZSTD_CStreamOutSize());
};

ZstdOutput::ZstdOutput(Sink sink) : sink_(std::move(sink)), guest_(std::make_unique<Guest>()) {
  constexpr int kLevel = 3;  // the next ones are half as fast for a twentieth less
  if (guest_->context == nullptr) return;
  ZSTD_CCtx_setParameter(guest_->context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(guest_->context.get(), ZSTD_c_checksumFlag, 1);
}

ZstdOutput::~ZstdOutput() = default;

Status ZstdOutput::Write(std::string_view bytes) { return Run(bytes, false); }

Status ZstdOutput::Finish() { return Run({}, true); }

Status ZstdOutput::Run(std::string_view bytes, bool end) {
  if (guest_->context == nullptr) return Status::Io("zstd: no memory");
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  for (bool more = true; more;) {
    ZSTD_outBuffer out{guest_->out.data(), guest_->out.size(), 0};
    const std::size_t left =
        ZSTD_compressStream2(guest_->context.get(), &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0) return Status::Io(std::string("zstd: ") + ZSTD_getErrorName(left));
    more = end ? left > 0 : in.pos < in.size;
    if (out.pos == 0) continue;
    if (Status written = sink_({guest_->out.data(), out.pos}); !written.ok()) return written;
  }
  return {};
}

}  // namespace pdns::frame
