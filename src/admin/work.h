// The commands that change a database, in the process that owns it: a request and a way to the
// writer -> [RunWork] -> a report.
//
//   pdns-admin, without a live ingester ---------------------+-> RunWork -> store::Writer
//   pdns-admin -> control socket -> live ingester -----------+
//
// A request comes from whoever may write (control/rules.h); its options are texts that were not
// looked at yet. A new command is a row of the table in work.cc and a file of its own.
#pragma once

#include "admin/writer_access.h"
#include "base/status.h"
#include "base/stop.h"
#include "control/message.h"
#include "query/text/named_texts.h"
#include "source/report.h"

namespace pdns::admin {

// The exit code of a command that was ended before all was done: called again, it goes on.
inline constexpr int kIncomplete = 2;

// What a command works with; borrowed for the call.
struct Job {
  const query::NamedTexts& options;
  WriterAccess& access;
  const Stop& stop;            // the work ends soon, and the report says that it is not whole
  source::Progress& progress;  // bytes_total, bytes_done: steps of the work; frames: rows
};

// Of an admin command. What was done until a stop stays done, and the same request goes on from
// there. kUsage: there is no such command, or its options are not its; kDisk, kIo, kCorrupt. One
// thread for all commands of a database at a time.
Result<control::Reply::Report> RunWork(const control::Request& request, WriterAccess& access,
                                       const Stop& stop, source::Progress& progress);

}  // namespace pdns::admin
