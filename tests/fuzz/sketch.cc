// Sketches: a part that is taken is kept byte by byte, and whatever the registers, the estimate is
// a number. Input: the number of a part and its bytes, or hashes.
#include "store/sketch.h"

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  if (size == 0) return 0;
  pdns::store::Sketch sketch;
  if (sketch.Load(bytes[0], bytes.subspan(1))) {
    MUST_HOLD(sketch.part(bytes[0]) == pdns::AsText(bytes.subspan(1)));
    MUST_HOLD(sketch.DrainChanged().empty());
  }
  const std::uint64_t loaded = sketch.Estimate();
  pdns::Cursor cursor(bytes);
  while (cursor.left() >= sizeof(std::uint64_t)) sketch.Add(cursor.U64());
  MUST_HOLD(sketch.Estimate() >= loaded);
  pdns::store::Sketch copy;
  for (unsigned part = 0; part < pdns::store::Sketch::kParts; ++part)
    MUST_HOLD(copy.Load(part, pdns::AsBytes(sketch.part(part))));
  MUST_HOLD(copy.Estimate() == sketch.Estimate());
  return 0;
}
