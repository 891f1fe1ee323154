// The meta rows, which say what a database is, what was taken and how much is in it: key and value
// <-> what they mean. Laid down byte by byte in schema/keys.md. An engine may add rows of its own
// (store_rocks/commits.h).
//
// Each kind has a prefix of its own, so that a reader skips kinds that it does not know. A decoder
// gives nothing for bytes that its encoder would not write. DecodeSchemaValue alone skips bytes
// that follow, so that a database of any later version is recognised as one. Functions keep no
// state.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "record/batch.h"
#include "record/rrtype.h"

namespace pdns::store {

struct SchemaVersion {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
};
inline constexpr SchemaVersion kSchemaVersion{3, 1};
inline constexpr std::string_view kSchemaKey = "schema";
std::string SchemaValue(const SchemaVersion& version);
std::optional<SchemaVersion> DecodeSchemaValue(Bytes value);

// The ledger: how far each source was taken.
inline constexpr std::string_view kLedgerPrefix = "src/";
std::string LedgerKey(const record::SourceId& id);
std::optional<record::SourceId> DecodeLedgerKey(std::string_view key);
std::string LedgerValue(const record::Position& position);
std::optional<record::Position> DecodeLedgerValue(Bytes value);

// Values that are one number, at most 2^64-1.
std::string NumberValue(std::uint64_t number);
std::optional<std::uint64_t> DecodeNumberValue(Bytes value);

// What became of frames and records, by the counter's full name, "refused.rcode"
// (record/counters.h); a number.
inline constexpr std::string_view kCounterPrefix = "count/";

// Names of sensors by number; the value is the name.
inline constexpr std::string_view kSensorPrefix = "sensor/";
std::string SensorKey(unsigned number);
std::optional<unsigned> DecodeSensorKey(std::string_view key);

// Exact totals; numbers.
inline constexpr std::string_view kOwnersKey = "total/rrnames";
inline constexpr std::string_view kTypePrefix = "total/type/";
std::string TypeKey(record::RrType type);
std::optional<record::RrType> DecodeTypeKey(std::string_view key);
inline constexpr std::string_view kQuarantinePrefix = "total/quarantine/";
std::string QuarantineKey(std::uint8_t reasons);
std::optional<std::uint8_t> DecodeQuarantineKey(std::string_view key);

// Earliest first-seen and latest last-seen of all trusted tuples that ever came in.
inline constexpr std::string_view kTimesKey = "total/times";
struct Times {
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;
};
std::string TimesValue(const Times& times);
std::optional<Times> DecodeTimesValue(Bytes value);

// A part of the sketch that estimates the distinct addresses (store/sketch.h), by its number.
inline constexpr std::string_view kAddressesPrefix = "sketch/addresses/";
std::string AddressesKey(unsigned part);
std::optional<unsigned> DecodeAddressesKey(std::string_view key);
inline constexpr std::string_view kSketchSeedKey = "sketch/seed";  // a number

// The numbers in the journal of its oldest tuple, or of the next one if it has none, and of the
// next new tuple; two numbers.
inline constexpr std::string_view kJournalFirstKey = "journal/first";
inline constexpr std::string_view kJournalNextKey = "journal/next";
// When rows of the journal last went, by the clock of the ingester: a number of seconds.
inline constexpr std::string_view kJournalAgedKey = "journal/aged";

// How many batches came by either way until a batch, that one counted, written with it.
inline constexpr std::string_view kCommitsByLogKey = "commits/log";
inline constexpr std::string_view kCommitsByFilesKey = "commits/files";
struct CommitCounts {
  std::uint64_t by_log = 0;
  std::uint64_t by_files = 0;
};
std::string CommitsValue(const CommitCounts& counts);
std::optional<CommitCounts> DecodeCommitsValue(Bytes value);

// How many rows expired, by rule (text without a byte 00) and by the month of their last-seen; a
// number.
inline constexpr std::string_view kExpiredPrefix = "expired/";
std::string ExpiredKey(std::string_view rule, std::chrono::sys_seconds last);
struct ExpiredGroup {
  std::string rule;
  std::string month;  // "2026-11"
};
std::optional<ExpiredGroup> DecodeExpiredKey(std::string_view key);

}  // namespace pdns::store
