// The first step of a backup, by the process that owns the database: a checkpoint inside the
// database's directory (store::kBackupSource), which pdns-admin copies from and then removes.
//
// So a live ingester pays for links and for the flush of its buffers alone, writes nowhere but in
// its own database, and needs no right to the folder of the backups. What a backup that was killed
// left there is replaced; until the next one it keeps the files that it links.
#pragma once

#include "admin/work.h"

namespace pdns::admin {

// kBusy: a backup is copying from there; kDisk, kIo. Thread as RunWork.
Result<control::Reply::Report> MakeBackupSource(const Job& job);

}  // namespace pdns::admin
