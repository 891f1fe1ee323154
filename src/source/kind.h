// The kinds of sources: how each is recognized, read and decoded. A new kind is a reader and a
// decoder in files of their own, and a row of the table in kind.cc; nothing else names a kind.
//
// Constant tables; any thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "frame/input/input.h"
#include "record/outcome.h"
#include "record/sensors.h"
#include "source/decoder.h"
#include "source/policy.h"
#include "source/reader.h"

namespace pdns::source {

struct Kind {
  std::string_view name;
  // Does a stream that begins so, uncompressed, look like one of this kind? `head` has
  // frame::kHeadSize bytes, or all that there are.
  bool (*recognizes)(std::string_view head);
  std::unique_ptr<Reader> (*read)(std::unique_ptr<frame::Input> input);
  // `sensors` outlives the decoder.
  std::unique_ptr<Decoder> (*decode)(const Policy& policy, record::SensorTable& sensors);
  // Under which its records are counted.
  std::span<const record::FrameOutcome> outcomes;
};

std::span<const Kind> Kinds();

// Does any kind recognize it? For frame::OpenRule, which tells plain files from compressed ones.
bool IsOfAnyKind(std::string_view head);

// What a live ingester's sockets carry.
const Kind& Dnstap();

// Reads the beginning of `input`, which may block as its waiter allows, and opens the reader of the
// kind that recognizes it; if none does, that of dnstap, whose reader says what is wrong.
struct OpenedSource {
  const Kind* kind;
  std::unique_ptr<Reader> reader;
};
OpenedSource OpenReader(std::unique_ptr<frame::Input> input);

}  // namespace pdns::source
