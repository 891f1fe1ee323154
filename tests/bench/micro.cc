// pdns-bench-micro: what each stage costs by itself, on generated messages that lie in memory.
//
// Items are messages for split, decode, answers and pipeline, tuples for window, keys and drain,
// lookups for the rest. The argument is the share of new names: 0 is the rep corpus, 95 is new. CPU
// time of drain and lookups is that of all threads, RocksDB's included.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aggregate/window.h"
#include "corpus/corpus.h"
#include "dns/answers.h"
#include "dnstap/decode.h"
#include "frame/splitter.h"
#include "record/tuple_key.h"
#include "source/diagnosis.h"
#include "source/dnstap.h"
#include "store/database.h"
#include "store/key_list.h"
#include "store/reverse_key.h"
#include "store/row_key.h"
#include "store/selection.h"
#include "store/writer.h"
#include "store_rocks/open.h"

namespace pdns::bench {
namespace {

constexpr std::uint64_t kMessages = 50000;
constexpr std::size_t kMemory = 256U << 20;

struct Seen {
  Seen(const record::Tuple& tuple, const record::Sighting& at)
      : owner_size(tuple.owner.size()), type(tuple.type), sighting(at) {
    AppendBytes(bytes, tuple.owner);
    AppendBytes(bytes, tuple.rdata);
  }

  std::string bytes;  // owner and rdata
  std::size_t owner_size;
  record::RrType type;
  record::Sighting sighting;

  record::Tuple tuple() const {
    return {AsBytes(bytes).first(owner_size), type, AsBytes(bytes).subspan(owner_size)};
  }
};

// A corpus in memory, as it stands before each stage.
struct Material {
  std::string stream;  // Frame Streams data frames
  std::vector<std::string> payloads;
  std::vector<std::string> messages;
  std::vector<std::string> zones;
  std::vector<Seen> seen;
};

void AppendSeen(dns::AnswerReader& answers, const dnstap::Response& response,
                std::vector<Seen>& out) {
  if (!answers.Walk(*response.message)) return;
  const std::chrono::sys_seconds time{std::chrono::seconds(*response.seconds)};
  for (const dns::Answer& answer : answers.Judge(response.zone)) {
    if (answer.outcome != record::RecordOutcome::kStored) continue;
    out.emplace_back(
        answer.tuple,
        record::Sighting{.first = time, .last = time, .count = 1, .bailiwick = answer.bailiwick});
  }
}

Material Make(const CorpusOptions& options) {
  Material out;
  Corpus corpus(options);
  dnstap::Decoder decoder(dnstap::SetOf(dnstap::kResolverResponse));
  dns::AnswerReader answers;
  dnstap::Response response;
  for (auto payload = corpus.Next(); !payload.empty(); payload = corpus.Next()) {
    const auto size = static_cast<std::uint32_t>(payload.size());
    for (int shift = 24; shift >= 0; shift -= 8) out.stream += static_cast<char>(size >> shift);
    AppendBytes(out.stream, payload);
    out.payloads.emplace_back(AsText(payload));
    if (decoder.Decode(payload, response) != record::FrameOutcome::kUsed) std::abort();
    out.messages.emplace_back(AsText(*response.message));
    out.zones.emplace_back(AsText(response.zone.value()));
    AppendSeen(answers, response, out.seen);
  }
  return out;
}

// Made once for each share of new names.
const Material& Shared(const benchmark::State& state) {
  static std::map<std::int64_t, Material> made;
  const auto [it, fresh] = made.try_emplace(state.range(0));
  if (fresh) {
    it->second =
        Make({.messages = kMessages, .percent_new = static_cast<unsigned>(state.range(0))});
  }
  return it->second;
}

void Items(benchmark::State& state, std::size_t each) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

void Split(benchmark::State& state) {
  const Material& material = Shared(state);
  std::size_t frames = 0;
  for (auto _ : state) {
    frame::Splitter splitter(256U << 10);
    Bytes left = AsBytes(material.stream);
    for (frames = 0;;) {
      const frame::Piece piece = splitter.Next();
      frames += piece == frame::Piece::kData;
      if (piece != frame::Piece::kNeedMore) continue;
      if (left.empty()) break;
      const auto room = splitter.Room();
      const std::size_t size = std::min(room.size(), left.size());
      std::copy_n(left.begin(), size, room.begin());
      splitter.Filled(size);
      left = left.subspan(size);
    }
  }
  if (frames != kMessages) state.SkipWithError("frames are missing");
  Items(state, kMessages);
}

void Decode(benchmark::State& state) {
  const Material& material = Shared(state);
  dnstap::Decoder decoder(dnstap::SetOf(dnstap::kResolverResponse));
  dnstap::Response response;
  for (auto _ : state) {
    for (const std::string& payload : material.payloads) {
      benchmark::DoNotOptimize(decoder.Decode(AsBytes(payload), response));
    }
  }
  Items(state, kMessages);
}

void Answers(benchmark::State& state) {
  const Material& material = Shared(state);
  dns::AnswerReader answers;
  for (auto _ : state) {
    for (std::size_t i = 0; i < material.messages.size(); ++i) {
      if (!answers.Walk(AsBytes(material.messages[i]))) state.SkipWithError("malformed");
      benchmark::DoNotOptimize(answers.Refusal());
      benchmark::DoNotOptimize(answers.Judge(AsBytes(material.zones[i])));
    }
  }
  Items(state, kMessages);
}

void WindowAdd(benchmark::State& state) {
  const Material& material = Shared(state);
  aggregate::Window window;
  for (auto _ : state) {
    for (const Seen& seen : material.seen) window.Add(seen.tuple(), seen.sighting);
    benchmark::DoNotOptimize(window.size());
    window.Clear();
  }
  Items(state, material.seen.size());
}

// All of the above but the split, as one frame travels.
void WholePipeline(benchmark::State& state) {
  const Material& material = Shared(state);
  record::SensorTable sensors;
  source::DnstapDecoder decoder(source::Policy{}, sensors);
  record::Counters counters;
  aggregate::Window window;
  for (auto _ : state) {
    for (const std::string& payload : material.payloads) {
      const source::Opened* opened = decoder.Open(AsBytes(payload), counters);
      if (opened == nullptr) continue;
      for (const source::Observation& seen : decoder.Decode(*opened, counters))
        window.Add(seen.tuple, seen.sighting);
    }
    window.Clear();
  }
  if (counters.Of(record::FrameOutcome::kUsed) != counters.frames)
    state.SkipWithError("unused frames");
  Items(state, kMessages);
}

void TupleKey(benchmark::State& state) {
  const Material& material = Shared(state);
  std::string key;
  for (auto _ : state) {
    for (const Seen& seen : material.seen) {
      key.clear();
      record::AppendTupleKey(key, seen.tuple());
      benchmark::DoNotOptimize(key.data());
    }
  }
  Items(state, material.seen.size());
}

// Row keys are made before: a drain has them when it makes reverse keys.
void ReverseKeys(benchmark::State& state) {
  const Material& material = Shared(state);
  std::vector<std::string> rows;
  for (const Seen& seen : material.seen) rows.push_back(store::RowKeyOf(seen.tuple()));
  for (auto _ : state) {
    store::KeyList keys;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = store::SplitRowKey(AsBytes(rows[i]));
      if (!row.has_value()) return state.SkipWithError("no row key");
      store::AppendReverseKeys(keys, *row, material.seen[i].tuple().rdata);
    }
    benchmark::DoNotOptimize(keys.size());
  }
  Items(state, material.seen.size());
}

// A database of its own, gone with it.
class Scratch {
 public:
  Scratch() {
    std::string name = std::filesystem::temp_directory_path() / "pdns-bench-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    store_rocks::WriteOptions options;
    options.memory = kMemory;
    auto writer = store_rocks::OpenWriter(path_ / "db", options);
    if (!writer.ok()) std::abort();
    writer_ = std::move(*writer);
  }
  ~Scratch() {
    writer_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  bool Apply(const std::vector<const record::Entry*>& trusted) {
    return writer_->Apply({.sources = {}, .sensors = {}, .trusted = trusted, .quarantined = {}})
        .ok();
  }

  // As of now; good as long as this is.
  std::unique_ptr<store::Snapshot> NewSnapshot() const {
    auto database = store_rocks::OpenDatabase(path_ / "db");
    if (!database.ok()) std::abort();
    auto snapshot = (*database)->NewSnapshot();
    if (!snapshot.ok()) std::abort();
    return std::move(*snapshot);
  }

 private:
  std::filesystem::path path_;
  std::unique_ptr<store::Writer> writer_;
};

// A window of 50,000 messages into a database that grows from drain to drain.
void Drain(benchmark::State& state) {
  Scratch scratch;
  CorpusOptions options{.messages = kMessages,
                        .percent_new = static_cast<unsigned>(state.range(0))};
  std::size_t tuples = 0;
  for (auto _ : state) {
    state.PauseTiming();
    aggregate::Window window;
    for (const Seen& seen : Make(options).seen) window.Add(seen.tuple(), seen.sighting);
    options.first_new += kMessages;
    options.start += 600;
    std::vector<const record::Entry*> trusted;
    window.ListTrusted(trusted);
    tuples += trusted.size();
    state.ResumeTiming();
    if (!scratch.Apply(trusted)) state.SkipWithError("the store failed");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(tuples));
}

void Fill(Scratch& scratch, const std::vector<Seen>& seen) {
  aggregate::Window window;
  for (const Seen& one : seen) window.Add(one.tuple(), one.sighting);
  std::vector<const record::Entry*> trusted;
  window.ListTrusted(trusted);
  if (!scratch.Apply(trusted)) std::abort();
}

// Adds the number of rows to `rows`. False: they are not all.
bool ScanAll(store::Snapshot& snapshot, const store::Selection& selection, std::size_t& rows) {
  const store::Scanned scanned = snapshot.Scan(selection, [&rows](const store::Row&) {
    ++rows;
    return true;
  });
  return scanned.status.ok();
}

void LookupName(benchmark::State& state) {
  const Material& material = Shared(state);
  Scratch scratch;
  Fill(scratch, material.seen);
  const auto snapshot = scratch.NewSnapshot();
  std::size_t at = 0;
  std::size_t rows = 0;
  for (auto _ : state) {
    const Seen& seen = material.seen[at = (at + 7919) % material.seen.size()];
    store::Selection selection;
    selection.span = store::NameSpan(seen.tuple().owner);
    if (!ScanAll(*snapshot, selection, rows)) state.SkipWithError("scan failed");
  }
  if (rows < static_cast<std::size_t>(state.iterations())) state.SkipWithError("rows are missing");
  Items(state, 1);
}

// 200 addresses that 100 names share each, among other tuples.
void LookupAddress(benchmark::State& state) {
  constexpr std::size_t kAddresses = 200;
  constexpr std::size_t kNames = 100;
  std::vector<Seen> seen = Shared(state).seen;
  const std::size_t others = seen.size();
  for (std::size_t i = 0; i < kAddresses * kNames; ++i) {
    // Owners of the corpus, an address outside all hosting networks.
    const std::string address{'\x01', '\x01', '\x01', static_cast<char>(i % kAddresses)};
    const std::string owner = "\x05h" + std::to_string(1000 + i / kAddresses) +
                              std::string(AsText(seen[i % others].tuple().owner));
    const record::Sighting sighting = seen.front().sighting;
    seen.emplace_back(record::Tuple{AsBytes(owner), record::RrType::kA, AsBytes(address)},
                      sighting);
  }
  Scratch scratch;
  Fill(scratch, seen);
  const auto snapshot = scratch.NewSnapshot();
  std::size_t at = 0;
  std::size_t rows = 0;
  for (auto _ : state) {
    const std::string address{'\x01', '\x01', '\x01', static_cast<char>(++at % kAddresses)};
    store::Selection selection;
    selection.side = store::Side::kAddress;
    selection.span = {address, address};
    if (!ScanAll(*snapshot, selection, rows)) state.SkipWithError("scan failed");
  }
  const auto wanted = static_cast<std::size_t>(state.iterations()) * kNames;
  if (rows != wanted) state.SkipWithError("not 100 rows an address");
  Items(state, 1);
}

BENCHMARK(Split)->Arg(0);
BENCHMARK(Decode)->Arg(0);
BENCHMARK(Answers)->Arg(0)->Arg(95);
BENCHMARK(WindowAdd)->Arg(0)->Arg(95);
BENCHMARK(WholePipeline)->Arg(0)->Arg(95);
BENCHMARK(TupleKey)->Arg(95);
BENCHMARK(ReverseKeys)->Arg(95);
BENCHMARK(Drain)->Arg(0)->Arg(95)->Iterations(8)->MeasureProcessCPUTime()->Unit(
    benchmark::kMillisecond);
BENCHMARK(LookupName)->Arg(95)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(LookupAddress)->Arg(95)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pdns::bench

BENCHMARK_MAIN();
