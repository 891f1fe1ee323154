#include "base/status.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>

namespace pdns {
namespace {

// The tools' contract: scripts look at these numbers.
TEST(Status, ExitCodes) {
  EXPECT_EQ(ExitCode(Code::kOk), 0);
  EXPECT_EQ(ExitCode(Code::kUsage), 64);
  EXPECT_EQ(ExitCode(Code::kNoInput), 66);
  EXPECT_EQ(ExitCode(Code::kCorrupt), 70);
  EXPECT_EQ(ExitCode(Code::kMalformed), 70);
  EXPECT_EQ(ExitCode(Code::kIo), 74);
  EXPECT_EQ(ExitCode(Code::kDisk), 74);
}

TEST(Status, ErrnoNamesTheThingAndTheReason) {
  const Status status = Status::Errno("socket /x", ENOENT);
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_EQ(status.message(), "socket /x: No such file or directory");
}

TEST(Status, DiskErrnoTellsWhatCanBeMended) {
  for (const int error : {ENOSPC, EDQUOT, EROFS, EIO})
    EXPECT_EQ(Status::DiskErrno("file /x", error).code(), Code::kDisk) << error;
  for (const int error : {ENOENT, EACCES, EMFILE})
    EXPECT_EQ(Status::DiskErrno("file /x", error).code(), Code::kIo) << error;
}

TEST(Result, HoldsWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(**result, 7);
  EXPECT_TRUE(result.status().ok());
}

TEST(Result, CarriesTheReasonThereIsNoValue) {
  const Result<std::string> result(Status::Malformed("no name"));
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), Code::kMalformed);
  EXPECT_EQ(result.status().message(), "no name");
}

}  // namespace
}  // namespace pdns
