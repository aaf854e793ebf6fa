// The kernels as functions of a library: KERNEL is the file, START what it declares, JOB what its jobs are.
#include KERNEL

extern "C" void launch(const void* jobs, int count, int threads, int shared)
{
    for (int k = 0; k < count; k++)
        emulator::run(k * CLUSTER, CLUSTER, threads, shared, [=] { START(static_cast<const JOB*>(jobs)); });
}

extern "C" int size() { return sizeof(JOB); }
