// A JSON document read piece by piece: Input -> [Read] -> events, in the order of the document.
// For documents of any size: json/value.h holds a small one whole.
//
// The document is never held. Memory is a few times its longest text (RapidJSON's buffer for a text
// with escapes doubles), which Limits bounds, and a few bytes a level.
//
// Functions: any thread, each with its own input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pdns::json {

// Where the document comes from. One thread at a time.
class Input {
 public:
  virtual ~Input() = default;

  // What is read and not yet passed. Empty at the end only. Good until the next call.
  virtual std::string_view Peek() = 0;
  // The first `size` bytes of what Peek returned.
  virtual void Pass(std::size_t size) = 0;
};

// What a document consists of; texts are views, unescaped, good for the call. Within an object each
// value is preceded by its Key. Called from the thread of Read.
class Events {
 public:
  virtual ~Events() = default;

  virtual void BeginObject() = 0;
  virtual void EndObject() = 0;
  virtual void BeginArray() = 0;
  virtual void EndArray(std::size_t elements) = 0;
  virtual void Key(std::string_view key) = 0;
  virtual void Text(std::string_view text) = 0;
  virtual void Number(std::string_view digits) = 0;  // as it is written; any size
  virtual void Bool(bool truth) = 0;
  virtual void Null() = 0;
};

struct Limits {
  std::size_t depth = 64;                           // objects and arrays, one in another
  std::size_t value_bytes = std::size_t{32} << 20;  // of the document between two values
  std::size_t values = ~std::size_t{0};  // altogether; objects and arrays are values, too
  // Other documents may follow: Read ends behind the first one and the blanks behind that.
  bool several = false;
};

struct Outcome {
  enum class End : unsigned char {
    kWhole,      // the input holds one document and blanks, nothing else unless Limits::several
    kMalformed,  // it does not: `why` says what is wrong
    kTooDeep,
    kTooLong,  // a value is, or what stands between two values
    kTooMany,  // values
  };
  End end = End::kWhole;
  std::size_t at = 0;  // the byte at which it ended
  std::string why{};
};

// The events before an end other than kWhole are of no whole document.
Outcome Read(Input& input, const Limits& limits, Events& events);

}  // namespace pdns::json
