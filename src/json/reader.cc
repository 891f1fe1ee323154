#include "json/reader.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

namespace pdns::json {
namespace {

// The text as RapidJSON reads it. A zero byte is the end to it, and so is a value that is too long.
class Stream {
 public:
  using Ch = char;  // RapidJSON's name

  Stream(Input& input, std::size_t longest) : input_(input), longest_(longest) { Refill(); }

  char Peek() { return at_ < piece_.size() || Refill() ? piece_[at_] : '\0'; }
  char Take() {
    const char c = Peek();
    at_ += at_ < piece_.size() ? 1 : 0;
    return c;
  }
  std::size_t Tell() const { return before_ + at_; }

  // RapidJSON names these; they are for parsing in place.
  char* PutBegin() { return nullptr; }
  void Put(char /*c*/) {}
  void Flush() {}
  std::size_t PutEnd(const char* /*begin*/) { return 0; }

  // A value ends here.
  void Mark() { mark_ = Tell(); }
  bool too_long() const { return too_long_; }
  bool AtEnd() { return at_ == piece_.size() && !Refill(); }

  // Passes the blanks that come next, and leaves the input behind them.
  void EndHere() {
    constexpr std::string_view kBlanks = " \t\r\n";
    while (!AtEnd() && kBlanks.find(piece_[at_]) != std::string_view::npos) Take();
    input_.Pass(at_);
    before_ += at_;
    piece_.remove_prefix(at_);
    at_ = 0;
  }

 private:
  bool Refill() {
    too_long_ = too_long_ || Tell() - mark_ > longest_;
    if (too_long_) return false;
    before_ += piece_.size();
    input_.Pass(piece_.size());
    piece_ = input_.Peek();
    at_ = 0;
    return !piece_.empty();
  }

  Input& input_;
  std::size_t longest_;
  std::string_view piece_;
  std::size_t at_ = 0;
  std::size_t before_ = 0;  // bytes
  std::size_t mark_ = 0;
  bool too_long_ = false;
};

// What RapidJSON tells, by its names, handed on. False ends it.
class Handler {
 public:
  Handler(Stream& stream, const Limits& limits, Events& events)
      : stream_(stream), limits_(limits), events_(events) {}

  bool too_deep() const { return too_deep_; }
  bool too_many() const { return too_many_; }

  bool Null() {
    if (!Count()) return false;
    events_.Null();
    return true;
  }
  bool Bool(bool truth) {
    if (!Count()) return false;
    events_.Bool(truth);
    return true;
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    if (!Count()) return false;
    events_.Number({text, size});
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    if (!Count()) return false;
    events_.Text({text, size});
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    stream_.Mark();
    events_.Key({text, size});
    return true;
  }
  bool StartObject() {
    if (!Enter()) return false;
    events_.BeginObject();
    return true;
  }
  bool EndObject(rapidjson::SizeType /*members*/) {
    Leave();
    events_.EndObject();
    return true;
  }
  bool StartArray() {
    if (!Enter()) return false;
    events_.BeginArray();
    return true;
  }
  bool EndArray(rapidjson::SizeType elements) {
    Leave();
    events_.EndArray(elements);
    return true;
  }

  // Numbers come as RawNumber; RapidJSON wants these all the same.
  bool Int(int /*i*/) { return false; }
  bool Uint(unsigned /*i*/) { return false; }
  bool Int64(std::int64_t /*i*/) { return false; }
  bool Uint64(std::uint64_t /*i*/) { return false; }
  bool Double(double /*d*/) { return false; }

 private:
  // A value begins here.
  bool Count() {
    stream_.Mark();
    too_many_ = values_ == limits_.values;
    values_ += too_many_ ? 0 : 1;
    return !too_many_;
  }
  bool Enter() {
    if (!Count()) return false;
    too_deep_ = depth_ == limits_.depth;
    depth_ += too_deep_ ? 0 : 1;
    return !too_deep_;
  }
  void Leave() {
    stream_.Mark();
    --depth_;
  }

  Stream& stream_;
  const Limits& limits_;
  Events& events_;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  bool too_deep_ = false;
  bool too_many_ = false;
};

}  // namespace

Outcome Read(Input& input, const Limits& limits, Events& events) {
  using End = Outcome::End;
  // Iterative: the recursive parser's depth would be the foreign document's.
  constexpr unsigned kHow = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  Stream stream(input, limits.value_bytes);
  Handler handler(stream, limits, events);
  rapidjson::Reader reader;
  const rapidjson::ParseResult parsed =
      limits.several ? reader.Parse<kHow | rapidjson::kParseStopWhenDoneFlag>(stream, handler)
                     : reader.Parse<kHow>(stream, handler);
  if (stream.too_long()) return {End::kTooLong, stream.Tell()};
  if (handler.too_many()) return {End::kTooMany, stream.Tell()};
  if (handler.too_deep()) return {End::kTooDeep, stream.Tell()};
  if (parsed.IsError())
    return {End::kMalformed, parsed.Offset(), rapidjson::GetParseError_En(parsed.Code())};
  if (limits.several) {
    stream.EndHere();
    return {End::kWhole, stream.Tell()};
  }
  // RapidJSON takes a zero byte for the end.
  if (!stream.AtEnd()) return {End::kMalformed, stream.Tell(), "something behind the document"};
  return {};
}

}  // namespace pdns::json
