// How a call reports failure: a Code that says what the caller does next, and a sentence for a
// person.
//
// Absence is a value (std::optional), not an error. No exception crosses a room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace pdns {

enum class Code : std::uint8_t {
  kOk,
  kMalformed,  // foreign bytes are not what they claim: count, drop, read on
  kIo,         // a read or write failed: this source ends, others go on
  kCorrupt,    // own data cannot be trusted: stop the process
  kUsage,      // the person asked for what cannot be: say so, exit 64
  kNoInput,    // no such database or input, or not one of ours: exit 66
  kBusy,       // somebody else has it: wait, or try again later
  kDenied,     // the person may not ask for it: say who may, exit 77
  kDisk,       // the disk is full, read-only or failing: wait until that is mended, or exit 74
};

// What a person may do about it, where a library knows that and only a tool knows its own options:
// the tool says how.
enum class Remedy : std::uint8_t {
  kNone,     // or the message says it
  kRepair,   // a repair of the database goes on with what is whole
  kPattern,  // a pattern over the text of names says what this text cannot
};

// Exit codes of the tools, after sysexits.h.
int ExitCode(Code code);

// A plain value.
class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status Malformed(std::string message) { return {Code::kMalformed, std::move(message)}; }
  static Status Io(std::string message) { return {Code::kIo, std::move(message)}; }
  static Status Busy(std::string message) { return {Code::kBusy, std::move(message)}; }
  static Status Denied(std::string message) { return {Code::kDenied, std::move(message)}; }
  static Status Disk(std::string message) { return {Code::kDisk, std::move(message)}; }
  static Status Corrupt(std::string message) { return {Code::kCorrupt, std::move(message)}; }
  static Status Usage(std::string message) { return {Code::kUsage, std::move(message)}; }
  static Status NoInput(std::string message) { return {Code::kNoInput, std::move(message)}; }

  // kIo with "what: text of errno".
  static Status Errno(const std::string& what, int error);
  // The same, but kDisk where the disk is full (ENOSPC, EDQUOT), read-only (EROFS) or failing
  // (EIO).
  static Status DiskErrno(const std::string& what, int error);

  // The same, with a remedy.
  Status With(Remedy remedy) && {
    remedy_ = remedy;
    return std::move(*this);
  }

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  Remedy remedy() const { return remedy_; }
  const std::string& message() const { return message_; }

 private:
  Code code_ = Code::kOk;
  Remedy remedy_ = Remedy::kNone;
  std::string message_;
};

// A value, or the Status that says why there is none. value() and operator* only after ok().
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace pdns
