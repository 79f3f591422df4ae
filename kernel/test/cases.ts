/** All cases of the test image, in the order in which they run. */

import * as allocators from "./allocators.ts";
import * as areas from "./areas.ts";
import * as bootRoot from "./boot-root.ts";
import { everySequence } from "./buddy.ts";
import * as debugArea from "./debug-area.ts";
import { earlyAlignment, earlyObjects, earlyWithoutMemory } from "./early.ts";
import { handlersAreCalled, redZoneIsKept } from "./exceptions.ts";
import * as ext2 from "./ext2.ts";
import * as firmware from "./firmware.ts";
import * as fs from "./fs.ts";
import * as fsCache from "./fs-cache.ts";
import * as fsCpio from "./fs-cpio.ts";
import * as fsStreams from "./fs-streams.ts";
import { heapKeepsOrder } from "./heap.ts";
import * as interrupts from "./interrupts.ts";
import * as malloc from "./malloc.ts";
import { objectsWander, randomObjects, randomObjectsOnAll } from "./malloc-random.ts";
import * as mappings from "./mappings.ts";
import * as mappingsFiles from "./mappings-files.ts";
import { everyRequestFails } from "./mappings-memory.ts";
import { callsAtRandom } from "./mappings-random.ts";
import { rangesAtRandom, rangesThatDoNotFit, reservedIsNotUsable, usableRanges } from "./memory-map.ts";
import * as mutex from "./mutex.ts";
import * as ninep from "./ninep.ts";
import * as oom from "./oom.ts";
import * as physical from "./physical.ts";
import * as physicalCpus from "./physical-cpus.ts";
import { randomRequests } from "./physical-random.ts";
import * as scheduler from "./scheduler.ts";
import * as slab from "./slab.ts";
import * as stack from "./stack.ts";
import * as threads from "./threads.ts";
import * as time from "./time.ts";
import * as userMemory from "./user-memory.ts";
import * as virtio from "./virtio.ts";
import * as vm from "./vm.ts";
import * as vmDemand from "./vm-demand.ts";
import * as vmMemory from "./vm-memory.ts";
import { mappingsAtRandom } from "./vm-random.ts";
import * as vmRanges from "./vm-ranges.ts";
import * as vmShootdown from "./vm-shootdown.ts";
import { violationsAreFound } from "./walker.ts";
import { pagesHoldAllOfRam, wasteOfAllSizes } from "./waste.ts";
import { lastOneCounts, quotesAndBackslashes, wordsAndValues } from "./words.ts";

export class Case extends Struct {
  /** Begins with the topic, by which `test=` on the command line chooses. */
  name: ptr<u8>;
  run: fn<() => void>;
}

/** More than there are; behind the last one are zeros. */
const ROOM = 256;
export const cases: array<Case, typeof ROOM> = [
  { name: "exceptions handlers are called", run: handlersAreCalled },
  { name: "exceptions keep the red zone", run: redZoneIsKept },
  { name: "command line words and values", run: wordsAndValues },
  { name: "command line quotes and backslashes", run: quotesAndBackslashes },
  { name: "command line the last one counts", run: lastOneCounts },
  { name: "memory-map ranges", run: usableRanges },
  { name: "memory-map reserved", run: reservedIsNotUsable },
  { name: "memory-map ranges at random", run: rangesAtRandom },
  { name: "memory-map ranges that do not fit", run: rangesThatDoNotFit },
  { name: "firmware fixed hardware", run: firmware.fixedHardware },
  { name: "firmware power management timer", run: firmware.powerManagementTimer },
  { name: "firmware nodes", run: firmware.nodes },
  { name: "interrupts keep registers", run: interrupts.registersAreKept },
  { name: "interrupts to itself", run: interrupts.toItself },
  { name: "interrupts to each processor", run: interrupts.toEachProcessor },
  { name: "interrupts to all others", run: interrupts.toAllOthers },
  { name: "physical every frame is counted", run: physical.everyFrameIsCounted },
  { name: "physical blocks of all orders", run: physical.blocksOfAllOrders },
  { name: "physical all of it is taken and given back", run: physical.allOfIt },
  { name: "physical scarce memory comes last", run: physical.scarceMemoryLast },
  { name: "physical contiguous ranges", run: physical.contiguousRanges },
  { name: "physical ranges beyond the largest block", run: physical.rangesBeyondTheLargestBlock },
  { name: "physical neighbours join", run: physical.neighboursJoin },
  { name: "physical ranges grow", run: physical.rangesGrow },
  { name: "physical limits", run: physical.limits },
  { name: "physical all of DMA memory", run: physical.allOfDma },
  { name: "physical references", run: physical.references },
  { name: "physical pools are bounded", run: physical.poolsAreBounded },
  { name: "physical failure at each point", run: physical.failureAtEachPoint },
  { name: "physical random requests", run: randomRequests },
  { name: "physical idle processors do not hoard", run: physicalCpus.idleProcessorsDoNotHoard },
  { name: "physical pages wander between processors", run: physicalCpus.pagesWander },
  { name: "physical blocks and ranges on all processors", run: physicalCpus.blocksAndRangesOnAll },
  { name: "physical references on all processors", run: physicalCpus.referencesOnAll },
  { name: "buddy every sequence", run: everySequence },
  { name: "early objects", run: earlyObjects },
  { name: "early alignment", run: earlyAlignment },
  { name: "early without memory", run: earlyWithoutMemory },
  { name: "areas show one frame", run: areas.oneFrameInAllAreas },
  { name: "areas refuse what is not theirs", run: areas.areasRefuseWhatIsNotTheirs },
  { name: "areas refuse interior pointers", run: areas.interiorPointersAreRefused },
  { name: "areas find double frees", run: areas.doubleFreesAreFound },
  { name: "areas refuse what is nobody's", run: areas.nothingIsNobodys },
  { name: "areas whole pages", run: areas.wholePages },
  { name: "areas half pages", run: areas.halfPages },
  { name: "waste of all sizes", run: wasteOfAllSizes },
  { name: "waste pages hold all of RAM", run: pagesHoldAllOfRam },
  { name: "slab classes", run: slab.classes },
  { name: "slab construction", run: slab.construction },
  { name: "slab packing", run: slab.packing },
  { name: "slab odd caches", run: slab.oddCaches },
  { name: "slab verified caches find out", run: slab.verifiedCachesFindOut },
  { name: "slab verified objects", run: slab.verifiedObjects },
  { name: "debug-area objects between guards", run: debugArea.objectsBetweenGuards },
  { name: "debug-area violations", run: debugArea.debugViolations },
  { name: "debug-area by size", run: debugArea.debugBySize },
  { name: "debug-area without memory", run: debugArea.debugWithoutMemory },
  { name: "oom every allocation fails", run: oom.everyAllocationFails },
  { name: "oom absurd sizes", run: oom.absurdSizes },
  { name: "malloc empty objects", run: malloc.emptyObjects },
  { name: "malloc all sizes and alignments", run: malloc.allSizesAndAlignments },
  { name: "malloc cleared objects", run: malloc.clearedObjects },
  { name: "malloc resizing", run: malloc.resizing },
  { name: "malloc resizing in place", run: malloc.resizingInPlace },
  { name: "malloc random objects", run: randomObjects },
  { name: "malloc random objects on all processors", run: randomObjectsOnAll },
  { name: "malloc objects wander", run: objectsWander },
  { name: "allocators buddy", run: allocators.buddy },
  { name: "allocators tlsf", run: allocators.tlsf },
  { name: "allocators bump", run: allocators.bump },
  { name: "vm leaves of each size", run: vm.leavesOfEachSize },
  { name: "vm mappings are counted", run: vm.mappingsAreCounted },
  { name: "vm large leaves are split", run: vm.largeLeavesAreSplit },
  { name: "vm nothing stays in the TLB", run: vm.nothingStaysInTheTlb },
  { name: "vm the image has its rights", run: vm.imageHasItsRights },
  { name: "vm pages become code", run: vm.pagesBecomeCode },
  { name: "vm promises are kept", run: vmDemand.promisesAreKept },
  { name: "vm large promises", run: vmDemand.largePromises },
  { name: "vm promises are changed", run: vmDemand.promisesAreChanged },
  { name: "vm promises survive failure", run: vmDemand.promisesSurviveFailure },
  { name: "vm ranges at random", run: vmRanges.rangesAtRandom },
  { name: "vm ranges without memory", run: vmRanges.rangesWithoutMemory },
  { name: "vm mappings at random", run: mappingsAtRandom },
  { name: "vm mapping without memory", run: vmMemory.mappingWithoutMemory },
  { name: "vm splitting without memory", run: vmMemory.splittingWithoutMemory },
  { name: "vm stacks without memory", run: vmMemory.stacksWithoutMemory },
  { name: "vm ranges without tables", run: vmMemory.rangesWithoutTables },
  { name: "vm clones without memory", run: vmMemory.clonesWithoutMemory },
  { name: "boot-root stray entries are found", run: bootRoot.strayEntriesAreFound },
  { name: "boot-root clones are apart", run: bootRoot.clonesAreApart },
  { name: "boot-root clones see the kernel", run: bootRoot.clonesSeeTheKernel },
  { name: "mappings of zeros", run: mappings.zerosAreMapped },
  { name: "mappings have their addresses", run: mappings.addressesAreChosen },
  { name: "mappings change their rights", run: mappings.rightsAreChanged },
  { name: "mappings cost nothing", run: mappings.reservationsCostNothing },
  { name: "mappings of the heap", run: mappings.heapGrows },
  { name: "mappings get large pages", run: mappings.fullMappingsGetLargePages },
  { name: "mappings of files are copied when written", run: mappingsFiles.privateWritesAreCopies },
  { name: "mappings of files are shared", run: mappingsFiles.sharedWritesAreTheFiles },
  { name: "mappings of files that are cut", run: mappingsFiles.cutFilesAreForgotten },
  { name: "mappings move", run: mappingsFiles.mappingsMove },
  { name: "mappings at random", run: callsAtRandom },
  { name: "mappings without memory", run: everyRequestFails },
  { name: "user all sizes are copied", run: userMemory.allSizesAreCopied },
  { name: "user what is not there is told", run: userMemory.whatIsNotThereIsTold },
  { name: "user kernel's memory is refused", run: userMemory.kernelsMemoryIsRefused },
  { name: "user texts are copied", run: userMemory.textsAreCopied },
  { name: "user nothing waits where it must not", run: userMemory.nothingWaitsWhereItMustNot },
  { name: "stack grows", run: stack.stacksGrow },
  { name: "stack grows without interrupts", run: stack.stacksGrowWithoutInterrupts },
  { name: "stack ends", run: stack.stacksEnd },
  { name: "stack many", run: stack.manyStacks },
  { name: "vm rights are taken everywhere", run: vmShootdown.rightsAreTakenEverywhere },
  { name: "vm frames are changed everywhere", run: vmShootdown.framesAreChangedEverywhere },
  { name: "vm promises are kept once", run: vmShootdown.promisesAreKeptOnce },
  { name: "vm ranges everywhere", run: vmShootdown.rangesEverywhere },
  { name: "walker finds violations", run: violationsAreFound },
  { name: "scheduler heap", run: heapKeepsOrder },
  { name: "scheduler decay", run: scheduler.decay },
  { name: "scheduler order", run: scheduler.order },
  { name: "scheduler two equal threads", run: scheduler.fairness },
  { name: "scheduler weights", run: scheduler.weights },
  { name: "scheduler generations", run: scheduler.generations },
  { name: "scheduler preemption", run: scheduler.preemption },
  { name: "scheduler levels", run: scheduler.levels },
  { name: "scheduler affinity", run: scheduler.affinity },
  { name: "scheduler affinity of others", run: scheduler.affinityOfOthers },
  { name: "scheduler spreading", run: scheduler.spreading },
  { name: "scheduler migration", run: scheduler.migration },
  { name: "scheduler no ticks while idle", run: scheduler.tickless },
  { name: "time goes forward", run: time.clockGoesForward },
  { name: "time is right", run: time.clockIsRight },
  { name: "time in ticks", run: time.ticksAndNanoseconds },
  { name: "time of sleeping", run: time.sleepsAreExact },
  { name: "time wakes in order", run: time.sleepersWakeInOrder },
  { name: "time of timers", run: time.timersFire },
  { name: "time again and again", run: time.timersRepeat },
  { name: "time of calls", run: time.callsLater },
  { name: "mutex exclusion", run: mutex.exclusion },
  { name: "mutex exclusion across processors", run: mutex.exclusionApart },
  { name: "mutex hand-over", run: mutex.handOver },
  { name: "mutex deadline", run: mutex.mutexDeadline },
  { name: "condition ping-pong", run: mutex.conditionPingPong },
  { name: "condition ping-pong across processors", run: mutex.conditionPingPongApart },
  { name: "condition producers and consumers", run: mutex.producersAndConsumers },
  { name: "condition broadcast", run: mutex.broadcast },
  { name: "condition deadline", run: mutex.conditionDeadline },
  { name: "condition deadlines and signals", run: mutex.conditionRace },
  { name: "semaphore counts", run: mutex.semaphoreCounts },
  { name: "semaphore deadline", run: mutex.semaphoreDeadline },
  { name: "rw-lock readers and writers", run: mutex.readersAndWriters },
  { name: "rw-lock writers do not starve", run: mutex.writerDoesNotStarve },
  { name: "rw-lock deadline", run: mutex.rwLockDeadline },
  { name: "threads a thousand", run: threads.aThousand },
  { name: "threads at once", run: threads.atOnce },
  { name: "threads detached", run: threads.detached },
  { name: "threads exit", run: threads.exit },
  { name: "threads join with a deadline", run: threads.joinDeadline },
  { name: "threads stacks", run: threads.stacks },
  { name: "threads and failing requests", run: threads.failingRequests },
  { name: "threads without memory", run: threads.withoutMemory },
  { name: "threads locals", run: threads.threadLocals },
  { name: "threads vector registers", run: threads.vectors },
  { name: "fs paths", run: fs.paths },
  { name: "fs long names", run: fs.longNames },
  { name: "fs links", run: fs.links },
  { name: "fs renames", run: fs.renames },
  { name: "fs contents", run: fs.contents },
  { name: "fs removed files", run: fs.removedFiles },
  { name: "fs without memory", run: fs.withoutMemory },
  { name: "fs together", run: fs.together },
  { name: "fs archives", run: fsCpio.archives },
  { name: "fs damaged archives", run: fsCpio.damagedArchives },
  { name: "fs pages are read once", run: fsCache.pagesAreReadOnce },
  { name: "fs dirty pages are written", run: fsCache.dirtyPagesAreWritten },
  { name: "fs failed reads leave nothing", run: fsCache.failedReadsLeaveNothing },
  { name: "fs the cache is the paper's", run: fsCache.arcIsThePapers },
  { name: "fs scans pass through", run: fsCache.scansPassThrough },
  { name: "fs readers wait for one read", run: fsCache.readersWaitForOneRead },
  { name: "fs nothing is lost", run: fsCache.nothingIsLost },
  { name: "fs pipes keep records", run: fsStreams.pipesKeepRecords },
  { name: "fs pipes and sockets keep order", run: fsStreams.pipesKeepOrder },
  { name: "fs packets stay whole", run: fsStreams.packetsStayWhole },
  { name: "fs broken pipes", run: fsStreams.brokenPipes },
  { name: "fs poll wakes", run: fsStreams.pollWakes },
  { name: "fs deadlines and timers", run: fsStreams.deadlinesAndTimers },
  { name: "fs sets see all", run: fsStreams.setsSeeAll },
  { name: "fs streams without memory", run: fsStreams.streamsWithoutMemory },
  { name: "virtio disk", run: virtio.disk },
  { name: "virtio disk together", run: virtio.disksTogether },
  { name: "virtio chacha20", run: virtio.chacha },
  { name: "virtio random numbers", run: virtio.randomNumbers },
  { name: "virtio entropy together", run: virtio.entropyTogether },
  { name: "virtio console", run: virtio.consolePorts },
  { name: "ninep tree", run: ninep.tree },
  { name: "ninep given", run: ninep.given },
  { name: "ninep refusals", run: ninep.refusals },
  { name: "ninep together", run: ninep.together },
  { name: "ext2 tree", run: ext2.tree },
  { name: "ext2 given", run: ext2.given },
  { name: "ext2 refused", run: ext2.refused },
  { name: "ext2 full", run: ext2.full },
  { name: "ext2 filled", run: ext2.filled },
  { name: "ext2 at random", run: ext2.atRandom },
  { name: "ext2 churn", run: ext2.churn },
];
