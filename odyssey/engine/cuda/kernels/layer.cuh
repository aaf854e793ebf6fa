// One hidden layer over one sequence, forwards and backwards: the equations of section II of the paper.
//
// All blocks of the cluster go through the frames together. Four neighbouring lanes share an LSTM block, one for each
// row: block input and gates. Its cell state is in a register of all four. The recurrent products are shared by all
// threads. A variant's wiring is read at run time, but nothing branches on it where it can be avoided: a gate that is
// missing is computed from numbers that are there, and then replaced by 1.
//
// A frame takes a few microseconds, most of which pass in waiting for something. What is needed of global memory is
// therefore read a frame ahead, and what goes there is written where nobody waits for it. Both passes are compiled
// twice: PLAIN is without gate recurrence and without far rows, and then registers suffice for all that a frame needs.
//
// tanh(x) is 2 σ(2x) - 1, so that all lanes compute the same function: off by as much as rounding changes x itself.
#pragma once

#include <slice.cuh>

__device__ __forceinline__ real sigmoid(real x) { return inverse(real(1) + exp(-x)); }

// A lane's row of an LSTM block: the wiring, bias and peephole (0 where there are none). `at` is where the row begins
// among the columns, and `gate_at` among those of the gates; a row that is missing takes those of another.
struct Row {
    int kind, j;
    bool mine, has, gate, coupled;
    int at, gate_at;
    real b, p;

    __device__ __forceinline__ Row(const Job& job, const Slice& slice)
        : kind(thread() % ROWS), j(smaller(thread() / ROWS, slice.width - 1)), mine(thread() < ROWS * slice.width)
    {
        const int number = kind == Z ? 0 : kind == I ? job.input_row : kind == F ? job.forget_row : job.output_row;
        has = number >= 0;
        gate = has && kind != Z;
        coupled = kind == F && job.coupled;
        at = has ? number * slice.width + j : j;
        gate_at = gate ? (number - 1) * slice.width + j : j;
        b = has ? job.weights[slice.b + at] : real(0);
        p = gate && job.peepholes ? job.weights[slice.p + gate_at] : real(0);
    }

    // Whether a lane of this warp has something to do: lanes that exchange values go the same way.
    __device__ __forceinline__ bool at_work(const Slice& slice) const
    {
        return thread() / WARP * WARP < ROWS * slice.width;
    }
};

// The value of row `kind` of the same LSTM block.
__device__ __forceinline__ real of_row(real value, int kind) { return of_lane(value, lane() / ROWS * ROWS + kind); }

__device__ __forceinline__ real sum_of_rows(real value)
{
    value += from_lane(value, 1);
    return value + from_lane(value, 2);
}

// Reads slice.pre (without bias), writes slice.hidden, and for the way back slice.kept and slice.gates_kept.
template <bool PLAIN>
__device__ __noinline__ void forward(const Job& job, const Slice& slice, int frames, bool keep)
{
    const Row row(job, slice);
    const Recurrent R = slice.R, Q = slice.Q;
    const int n = slice.width, place = slice.place(row.j), columns = R.columns, stride = slice.stride;
    const int parts_R = job.forward_R, parts_Q = job.forward_Q, slices = job.slices, first = slice.direction * slices;
    const Share share = share_of(R, parts_R), gate_share = share_of(Q, parts_Q);
    const bool reverse = slice.direction, at_work = row.at_work(slice), input_tanh = job.input_tanh;
    const bool output_tanh = job.output_tanh, gate_recurrence = !PLAIN && job.gate_recurrence;
    // LSTM blocks that only fill up a slice have gates too, but nobody may see them.
    const bool seen = row.mine && row.gate && place < job.blocks;
    real *const y = numbers() + slice.y, *const gates = numbers() + slice.gates_seen;
    real *const parts = numbers() + slice.parts, *const gate_parts = numbers() + slice.gate_parts;
    const int hidden_step = job.directions * stride, gate_place = (row.gate_at - row.j) * slices + place;
    const real* const pre = slice.pre + row.at;
    real* const hidden = slice.hidden + slice.direction * stride + place;
    real* const kept = slice.kept + row.j * KEPT;
    real* const gates_kept = slice.gates_kept + gate_place;

    for (int k = thread(); k < stride; k += threads()) y[k] = 0;
    // Both halves, since nobody writes the gates that nobody may see.
    for (int k = thread(); k < 2 * Q.rows; k += threads()) gates[k] = 0;
    cluster_barrier();

    real state = 0;
    real ahead = at_work ? pre[(reverse ? frames - 1 : 0) * columns] : real(0);  // of the next frame
    for (int step = 0; step < frames; step++) {
        const int t = reverse ? frames - 1 - step : step;
        const int now = step % 2, next = 1 - now;
        multiply<PLAIN>(y + now * stride, R, share, parts_R, parts);
        if (gate_recurrence) multiply<PLAIN>(gates + now * Q.rows, Q, gate_share, parts_Q, gate_parts);
        block_barrier();
        real value = 0, squashed = 0, output = 0;
        if (at_work) {
            real a = ahead + row.b;
#pragma unroll 4
            for (int part = 0; part < parts_R; part++) a += parts[part * columns + row.at];
            if (gate_recurrence && row.gate)
                for (int part = 0; part < parts_Q; part++) a += gate_parts[part * Q.columns + row.gate_at];

            // Block input, input gate and forget gate see the state before; the output gate sees the new one.
            if (row.kind != O) a += row.p * state;
            value = sigmoid(row.kind == Z ? 2 * a : a);
            if (row.kind == Z) value = input_tanh ? 2 * value - 1 : a;
            if (!row.has) value = 1;
            const real z = of_row(value, Z), i = of_row(value, I);
            if (row.coupled) value = 1 - i;
            state = z * i + state * of_row(value, F);
            const real late = sigmoid(row.kind == O ? a + row.p * state : 2 * state);
            if (row.kind == O && row.has) value = late;
            squashed = of_row(output_tanh ? 2 * late - 1 : state, Z);
            output = squashed * of_row(value, O);

            if (row.mine)
                for (int other = row.kind; other < slices; other += ROWS)
                    *remote(y + next * stride + place, first + other) = output;
            if (gate_recurrence && seen)
                for (int other = 0; other < slices; other++)
                    *remote(gates + next * Q.rows + gate_place, first + other) = value;
        }
        if (slices > 1) cluster_arrive();
        if (row.mine) {
            if (row.kind == Z) hidden[t * hidden_step] = output;
            if (gate_recurrence && seen) gates_kept[t * Q.rows] = value;
            if (keep) {
                real* to = kept + t * KEPT * n + row.kind;
                to[0] = value;
                to[ROWS] = row.kind == C - ROWS ? state : squashed;
            }
        }
        if (at_work && step + 1 < frames) ahead = pre[(reverse ? t - 1 : t + 1) * columns];
        if (slices > 1)
            cluster_wait();
        else
            block_barrier();
    }
    cluster_barrier();
}

// Reads slice.d_hidden and what `forward` kept; slice.pre becomes the gradient of the pre-activations, and the biases
// and peepholes take their step.
template <bool PLAIN>
__device__ __noinline__ void backward(const Job& job, const Slice& slice, int frames, const Descent& descent)
{
    const Row row(job, slice);
    const Recurrent R = slice.R, Q = slice.Q;
    const int n = slice.width, columns = R.columns, stride = slice.stride;
    const int parts_R = job.backward_R, parts_Q = job.backward_Q, slices = job.slices, first = slice.direction * slices;
    const Share share = transposed_share_of(R, parts_R, thread());
    const Share gate_share = transposed_share_of(Q, parts_Q, thread());
    const bool reverse = slice.direction, at_work = row.at_work(slice), input_tanh = job.input_tanh;
    const bool output_tanh = job.output_tanh, coupled = job.coupled, gate_recurrence = !PLAIN && job.gate_recurrence;
    const bool alone = PLAIN && slices == 1;  // nobody else has a part in the sums
    const int owner = thread() / n, owner_place = thread() % n;  // of row number thread()
    real *const deltas = numbers() + slice.deltas;
    real *const inbox = numbers() + slice.inbox, *const gate_inbox = numbers() + slice.gate_inbox;
    real *const parts = numbers() + slice.parts, *const gate_parts = numbers() + slice.gate_parts_back;
    real* const pre = slice.pre + row.at;
    const real* const all_kept = slice.kept + row.j * KEPT;
    const real* const all_d_hidden = slice.d_hidden + row.j;
    // What a gate adds to the gradient of the cell state: that of the output gate to the state after the frame, the
    // others to the state before it.
    const real p_after = row.kind == O ? row.p : real(0), p_before = row.kind == O ? real(0) : row.p;

    // The last frame that the layer read hears of no later one.
    for (int k = thread(); k < parts_R * stride; k += threads()) parts[k] = 0;
    for (int k = thread(); k < stride; k += threads()) inbox[k] = 0;
    for (int k = thread(); k < slices * Q.columns; k += threads()) gate_inbox[k] = 0;
    block_barrier();

    real db = 0, dp = 0, carry = 0, c = 0;
    // Of the frame to come; c_before is the cell state of the frame before it.
    Four rows = {};
    real squashed = 0, d_hidden = 0, c_before = 0;
    auto look_ahead = [&](int step) {
        const int t = reverse ? frames - 1 - step : step, before = step == 0 ? t : reverse ? t + 1 : t - 1;
        rows = load(all_kept + t * KEPT * n);
        squashed = all_kept[t * KEPT * n + C_OUT];
        d_hidden = all_d_hidden[t * n];
        c_before = step > 0 ? all_kept[before * KEPT * n + C] : real(0);
    };
    if (at_work) {
        c = all_kept[(reverse ? 0 : frames - 1) * KEPT * n + C];
        look_ahead(frames - 1);
    }
    for (int step = frames - 1; step >= 0; step--) {
        const int t = reverse ? frames - 1 - step : step;
        const int now = (frames - 1 - step) % 2, next = 1 - now;
        real d = 0;
        if (at_work) {
            const real z = rows.at[Z], i = rows.at[I], f = rows.at[F], o = rows.at[O];
            real d_y = 0;
            if (alone)
                for (int part = row.kind; part < parts_R; part += ROWS) d_y += parts[part * stride + row.j];
            else
                for (int other = row.kind; other < slices; other += ROWS)
                    d_y += inbox[now * stride + other * n + row.j];
            d_y = sum_of_rows(d_y) + d_hidden;
            real d_gate = 0;
            if (gate_recurrence && row.gate)
                for (int other = 0; other < slices; other++)
                    d_gate += gate_inbox[(now * slices + other) * Q.columns + row.gate_at];

            // The derivative of the row's activation, and with what its value is multiplied in the state or the output.
            const real value = row.kind == Z ? z : row.kind == I ? i : row.kind == F ? f : o;
            const real slope = row.kind == Z ? (input_tanh ? 1 - z * z : real(1)) : value * (1 - value);
            const real with = row.kind == Z ? i : row.kind == I ? (coupled ? z - c_before : z) : c_before;
            const real through = o * (output_tanh ? 1 - squashed * squashed : real(1));
            const real d_output = row.gate ? (d_y * squashed + d_gate) * slope : real(0);  // meant for the output gate
            const real d_state = d_y * through + carry + of_row(d_output * p_after, O);
            d = row.kind == O ? d_output : row.has ? (d_state * with + d_gate) * slope : real(0);
            carry = d_state * f + sum_of_rows(d * p_before);
            if (row.mine && row.has) deltas[row.at] = d;
        }
        if (step > 0) block_barrier();
        if (at_work) {
            if (row.mine && row.has) pre[t * columns] = d;
            db += d;
            dp += d * (row.kind == O ? c : c_before);
            c = c_before;
            if (step > 0) look_ahead(step - 1);
        }
        if (step == 0) break;
        multiply_transposed<PLAIN>(deltas, R, share, parts_R, parts);
        if (gate_recurrence) multiply_transposed<PLAIN>(deltas + n, Q, gate_share, parts_Q, gate_parts);
        block_barrier();
        if (alone) continue;
        // Each row belongs to a block of the cluster: its sum goes there.
        for (int k = thread(); k < stride; k += threads()) {
            const bool mine = k == thread();
            real* to = inbox + next * stride + slice.number * n + (mine ? owner_place : k % n);
            *remote(to, first + (mine ? owner : k / n)) = row_sum<PLAIN>(R, k, parts_R, parts);
        }
        for (int k = thread(); !PLAIN && k < Q.rows; k += threads()) {
            const int g = k / stride, place = k % stride;
            real* to = gate_inbox + (next * slices + slice.number) * Q.columns + g * n + place % n;
            *remote(to, first + place / n) = row_sum<PLAIN>(Q, k, parts_Q, gate_parts);
        }
        if (slices > 1)
            cluster_barrier();
        else
            block_barrier();
    }
    if (row.mine && row.has) {
        const long long b = slice.b + row.at, p = slice.p + row.gate_at;
        descent(job.weights[b], job.velocity[b], db);
        if (row.gate && job.peepholes) descent(job.weights[p], job.velocity[p], dp);
    }
    block_barrier();
}
