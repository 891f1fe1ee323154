// A stream of dnstap payloads as a resolver would send them: the corpora rep, new and mix.
//
// Options -> [Corpus::Next] -> payload. The same options give the same bytes. Memory does not grow.
// Payloads are packed by protobuf-c from proto/dnstap.proto.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/answers.h"
#include "corpus/message.h"
#include "corpus/names.h"
#include "corpus/random.h"

namespace pdns::bench {

struct CorpusOptions {
  std::uint64_t messages = 1000000;
  std::uint64_t seed = 1;
  // Share of messages about a name never seen before: rep 0, new 95, mix 50.
  unsigned percent_new = 0;
  // Numbers of new names start here, so that several corpora can do without common names.
  std::uint64_t first_new = 0;
  // Unix time of the first message, and messages a second from then on.
  std::int64_t start = 1767225600;
  std::uint64_t rate = 300;
};

// rep, new, mix; nothing for another word.
std::optional<unsigned> PercentNew(std::string_view corpus);

class Corpus {
 public:
  explicit Corpus(const CorpusOptions& options);
  ~Corpus();
  Corpus(const Corpus&) = delete;
  Corpus& operator=(const Corpus&) = delete;

  // The next payload, good until the next call; empty after the last message.
  std::span<const std::uint8_t> Next();
  // Answer records in the payloads so far.
  [[nodiscard]] std::uint64_t Records() const { return records_; }
  // Payloads so far without an answer.
  [[nodiscard]] std::uint64_t Empty() const { return empty_; }

 private:
  struct Frame;  // the protobuf message

  std::uint64_t DrawNumber();
  std::int64_t DrawTime();
  std::span<const std::uint8_t> Pack(const Subject& subject, std::size_t zone_at);

  CorpusOptions options_;
  Names names_;
  Zipf zipf_;
  Rng rng_;
  MessageWriter message_;
  Answers answers_;
  std::unique_ptr<Frame> frame_;
  std::vector<std::uint8_t> payload_;
  std::uint64_t known_;  // names that come again, numbered from 0
  std::uint64_t next_new_;
  std::uint64_t made_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t empty_ = 0;
};

}  // namespace pdns::bench
