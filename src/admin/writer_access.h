// How an admin command gets at the one writer of a database, which others may use beside it.
//
//   pdns-admin's own writer, or the live ingester's -> [WriterAccess] -> admin/work.h
//
// A live ingester goes on storing while a command works: batches wait for a command no longer than
// for one call of With, and the command asks MakeWay during such a call.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/status.h"
#include "store/database.h"
#include "store/writer.h"

namespace pdns::admin {

// Called by the one thread of a command.
class WriterAccess {
 public:
  virtual ~WriterAccess() = default;

  // Calls `work` while nobody else uses the writer, and returns what it returns. kDisk: the
  // database is not open.
  virtual Status With(const std::function<Status(store::Writer&)>& work) = 0;

  // The writer for what may be called beside others (store/writer.h). kDisk as above.
  virtual Result<store::Writer*> Beside() = 0;

  // A moment of the database, to be read beside the writer. Errors as opening it to read.
  virtual Result<std::unique_ptr<store::Snapshot>> Read() = 0;

  // Asked during With: does a batch wait for the writer? Then `work` returns soon.
  virtual bool MakeWay() const = 0;

  virtual const std::string& path() const = 0;  // of the database
};

// A writer that nobody else uses. Borrowed. One thread.
class OwnWriter final : public WriterAccess {
 public:
  using Open = std::function<Result<std::unique_ptr<store::Snapshot>>()>;

  OwnWriter(store::Writer& writer, std::string path, Open read)
      : writer_(writer), path_(std::move(path)), read_(std::move(read)) {}

  Status With(const std::function<Status(store::Writer&)>& work) override { return work(writer_); }
  Result<store::Writer*> Beside() override { return &writer_; }
  Result<std::unique_ptr<store::Snapshot>> Read() override { return read_(); }
  bool MakeWay() const override { return false; }
  const std::string& path() const override { return path_; }

 private:
  store::Writer& writer_;
  std::string path_;
  Open read_;
};

}  // namespace pdns::admin
