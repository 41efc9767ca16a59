#pragma once

#include "parser/worker_memory.h"

namespace trawl::test {

/// The memory of a worker, mapped as both sides map it, in one process.
struct SharedMemory {
  UniqueFd file = parser::WorkerMemory::Create().value();
  parser::WorkerMemory trawl =
      parser::WorkerMemory::Map(file.Get(), parser::WorkerMemory::Side::kTrawl).value();
  parser::WorkerMemory worker =
      parser::WorkerMemory::Map(file.Get(), parser::WorkerMemory::Side::kWorker).value();
};

}  // namespace trawl::test
