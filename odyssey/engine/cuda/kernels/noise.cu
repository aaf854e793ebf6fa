// Gaussian noise, number for number what numpy.random.Generator.standard_normal draws in single precision from SFC64
// (but for the last bit of those from the tail, one in thousands, which pass through a logarithm).
//
// One warp a trial. SFC64 gives one word after the other; all lanes compute them, and each keeps one of 32. The
// ziggurat then takes 64 half words at a time, nearly all of which become a number each, so that the lanes work side by
// side; a rejected one takes as many half words more as it needs, one by one.
//
// Sources: Marsaglia and Tsang, The ziggurat method for generating random variables (2000), with NumPy's tables, which
// the host puts in front of this file; SFC64 is Chris Doty-Humphrey's Small Fast Counting generator.

#include <vector.cuh>

typedef unsigned long long Word;
typedef unsigned int Half;

struct NoiseJob {
    Word* state;  // four words of SFC64, whether a half word is left over, and which: read, and left as NumPy would
    float* out;
    long long count;
    int* done;
};

namespace {

__device__ __forceinline__ Word next_word(Word (&s)[4])
{
    Word word = s[0] + s[1] + s[3];
    s[3] += 1;
    s[0] = s[1] ^ (s[1] >> 11);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 24) | (s[2] >> 40)) + word;
    return word;
}

// Half words in their order; every lane has the same state, and asks for the same.
struct Stream {
    Word now[4], before[4];  // the generator, and as it was before the half words at hand
    Half* at_hand;           // 2 · WARP of them, in shared memory
    int taken;               // so many of these are used up
    int sets;                // so often they were drawn

    __device__ void refill()
    {
        Word mine = 0;
        for (int k = 0; k < 4; k++) before[k] = now[k];
        for (int k = 0; k < WARP; k++) {
            Word word = next_word(now);
            mine = k == lane() ? word : mine;
        }
        warp_barrier();
        at_hand[2 * lane()] = Half(mine);
        at_hand[2 * lane() + 1] = Half(mine >> 32);
        warp_barrier();
        taken = 0;
        sets++;
    }

    __device__ Half next()
    {
        if (taken == 2 * WARP) refill();
        return at_hand[taken++];
    }

    __device__ float next_fraction() { return float(next() >> 8) * (1.0f / 16777216.0f); }
};

// What a half word becomes at once, if it does.
struct Candidate {
    float x;
    int layer;
    Half magnitude;
    bool accepted;

    __device__ explicit Candidate(Half bits) : layer(bits & 0xFF), magnitude((bits >> 9) & 0x7FFFFF)
    {
        x = float(magnitude) * WIDTHS[layer];
        if (bits & 0x100) x = -x;
        accepted = magnitude < LIMITS[layer];
    }
};

// A number from the tail of the distribution, beyond the lowest layer.
__device__ float tail(Stream& stream)
{
    while (true) {
        float beyond = -TAIL_INVERSE * log1pf(-stream.next_fraction());
        float y = -log1pf(-stream.next_fraction());
        if (__fadd_rn(y, y) > __fmul_rn(beyond, beyond)) return __fadd_rn(TAIL, beyond);
    }
}

// A number that may have needed several half words, the first of which is not used up yet.
__device__ float slowly(Stream& stream)
{
    while (true) {
        Candidate candidate(stream.next());
        if (candidate.accepted) return candidate.x;
        if (candidate.layer == 0) {
            float x = tail(stream);
            return candidate.magnitude & 0x100 ? -x : x;
        }
        float low = HEIGHTS[candidate.layer], high = HEIGHTS[candidate.layer - 1];
        float height = __fadd_rn(__fmul_rn(__fadd_rn(high, -low), stream.next_fraction()), low);
        if (double(height) < exp(-0.5 * double(candidate.x) * double(candidate.x))) return candidate.x;
    }
}

}  // namespace

// blockDim: WARP; gridDim: one block a job.
extern "C" __global__ void noise(const NoiseJob* jobs)
{
    const NoiseJob& job = jobs[trial()];
    Stream stream;
    stream.at_hand = reinterpret_cast<Half*>(shared_memory());
    for (int k = 0; k < 4; k++) stream.now[k] = job.state[k];
    // A half word left over counts as the last one of a set.
    stream.sets = 0;
    stream.at_hand[2 * WARP - 1] = Half(job.state[5]);
    stream.taken = job.state[4] ? 2 * WARP - 1 : 2 * WARP;
    warp_barrier();
    long long k = 0;
    while (k < job.count) {
        if (stream.taken == 2 * WARP) stream.refill();
        // As many numbers as come one after the other without a rejection.
        int first = stream.taken, here = first + lane(), there = here + WARP;
        Candidate a(stream.at_hand[here < 2 * WARP ? here : 0]), b(stream.at_hand[there < 2 * WARP ? there : 0]);
        unsigned stops_a = lanes_where(!(here < 2 * WARP && a.accepted));
        unsigned stops_b = lanes_where(!(there < 2 * WARP && b.accepted));
        long long run = stops_a ? __ffs(stops_a) - 1 : stops_b ? WARP + __ffs(stops_b) - 1 : 2 * WARP;
        if (run > job.count - k) run = job.count - k;
        if (lane() < run) job.out[k + lane()] = a.x;
        if (lane() + WARP < run) job.out[k + WARP + lane()] = b.x;
        k += run;
        stream.taken += int(run);
        if (k < job.count && stream.taken < 2 * WARP) {
            float x = slowly(stream);
            if (lane() == 0) job.out[k] = x;
            k++;
        }
    }
    // The generator where NumPy would have it: behind the word of the last half word used.
    if (stream.sets > 0) {
        for (int w = 0; w < 4; w++) stream.now[w] = stream.before[w];
        for (int word = 0; word < divided_up(stream.taken, 2); word++) next_word(stream.now);
    }
    warp_barrier();  // the numbers of the other lanes, too, are there when the host hears of it
    if (lane() == 0) {
        for (int w = 0; w < 4; w++) job.state[w] = stream.now[w];
        job.state[4] = stream.taken % 2;
        if (stream.taken % 2) job.state[5] = stream.at_hand[stream.taken];
        tell_host(job.done);
    }
}
