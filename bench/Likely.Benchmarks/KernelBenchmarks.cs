using Likely.Coding;
using Likely.Tensors;
using Likely.Tensors.Kernels;
using Products = Likely.Tensors.Kernels.Convolution;

namespace Likely.Benchmarks;

/// <summary>
/// The kernels at the shapes of the models. Every thread works on data of its own, as in training, where a shard of the batch
/// belongs to one thread.
/// </summary>
public static unsafe class KernelBenchmarks
{
    /// <summary>All kernels.</summary>
    public static IReadOnlyList<Benchmark> All(int threads)
    {
        var all = new List<Benchmark>();
        var above = Rectangle(-1, 0, -1, 1);
        Convolution(all, "7x7 vertical", 28, 28, 8, Rectangle(-3, -1, -3, 3), 1, 64, threads);
        Convolution(all, "2x3 vertical", 28, 28, 8, above, 32, 64, threads);
        Convolution(all, "2x3 vertical", 32, 32, 4, above, 64, 128, threads);
        Convolution(all, "1x2 horizontal", 28, 28, 8, Rectangle(0, 0, -1, 0), 32, 64, threads);
        Linear(all, 28 * 28 * 8, 64, 64, threads);
        Linear(all, 64, 784, 500, threads);
        Gate(all, 28 * 28, 8, 32, threads);
        Lstm(all, 128, 50, 7, threads);
        var values = new Block(1 << 16, threads);
        var results = new Block(1 << 16, threads);
        all.Add(Each("exponential, 65536 values", threads, 0, 1 << 16, t => PeakProbe.Exponentials(values[t], results[t], 1 << 16)));
        Coder(all, threads);
        return all;
    }

    // The coder alone, on every core: bits of known probabilities, and symbols of 256 by tables that are already there.
    static void Coder(List<Benchmark> all, int threads)
    {
        const int Symbols = 1 << 18, Tables = 64, Levels = 256;
        var random = new Philox(1, RandomPurpose.Sampling);
        var bits = new uint[Symbols]; // the probability of a 1, and in the highest bit the symbol
        var bytes = new byte[Symbols];
        var tables = new uint[Tables][];
        Span<float> weights = stackalloc float[Levels];
        for (var t = 0; t < Tables; t++)
        {
            for (var i = 0; i < Levels; i++) weights[i] = 1e-3f + random.Uniform((ulong)t, (ulong)i) / Levels;
            FrequencyTable.FromProbabilities(weights, tables[t] = new uint[Levels + 1]);
        }
        for (var i = 0; i < Symbols; i++)
        {
            var one = random.Uniform(Tables, (ulong)i);
            bits[i] = FrequencyTable.FromProbability(one) | (random.Uniform(Tables + 1, (ulong)i) < one ? 1u << 31 : 0);
            bytes[i] = (byte)random.Below(Tables + 2, (ulong)i, Levels);
        }
        var binary = new RangeEncoder();
        foreach (var bit in bits) binary.EncodeBit(bit >> 31 != 0, bit & int.MaxValue);
        var (bitStream, wide) = (binary.Finish(), new RangeEncoder());
        for (var i = 0; i < Symbols; i++) wide.Encode(tables[i % Tables], bytes[i]);
        var byteStream = wide.Finish();
        all.Add(Each("coder, encode bits", threads, 0, Symbols, _ =>
        {
            var encoder = new RangeEncoder();
            foreach (var bit in bits) encoder.EncodeBit(bit >> 31 != 0, bit & int.MaxValue);
            encoder.Finish();
        }));
        all.Add(Each("coder, decode bits", threads, 0, Symbols, _ =>
        {
            var decoder = new RangeDecoder(bitStream);
            foreach (var bit in bits) decoder.DecodeBit(bit & int.MaxValue);
        }));
        all.Add(Each("coder, encode symbols of 256", threads, 0, Symbols, _ =>
        {
            var encoder = new RangeEncoder();
            for (var i = 0; i < bytes.Length; i++) encoder.Encode(tables[i % Tables], bytes[i]);
            encoder.Finish();
        }));
        all.Add(Each("coder, decode symbols of 256", threads, 0, Symbols, _ =>
        {
            var decoder = new RangeDecoder(byteStream);
            for (var i = 0; i < bytes.Length; i++) decoder.Decode(tables[i % Tables]);
        }));
    }

    static void Convolution(List<Benchmark> all, string shape, int height, int width, int batch, IReadOnlyList<(int Row, int Column)> taps, int inputs, int outputs, int threads)
    {
        var plan = new ConvolutionPlan(height, width, taps);
        var valid = 0.0;
        foreach (var (row, column) in taps) valid += (double)(height - Math.Abs(row)) * (width - Math.Abs(column));
        var operations = 2 * valid * batch * inputs * outputs;
        int inputStride = inputs == 1 ? 1 : Shape.RoundUp(inputs), outputStride = Shape.RoundUp(outputs), positions = height * width;
        var name = $"{shape} {inputs}->{outputs}, {height}x{width}, batch {batch}";
        var x = new Block((long)positions * batch * inputStride, threads);
        var y = new Block((long)positions * batch * outputStride, threads);
        var weights = new Block((long)taps.Count * inputs * outputStride, threads);
        var transposed = new Block((long)taps.Count * outputs * Shape.RoundUp(inputs), threads);
        var bias = new Block(Math.Max(outputStride, Shape.RoundUp(inputs)), threads);
        var gradient = new Block((long)taps.Count * inputs * outputStride, threads);
        all.Add(Each($"convolution {name}", threads, operations, batch,
            t => Products.Forward(plan, x[t], inputStride, 0, batch, inputs, weights[t], outputStride, bias[t], y[t], outputStride, 0, positions, outputStride)));
        all.Add(Each($"convolution weight gradient {name}", threads, operations, batch,
            t => Products.WeightGradient(plan, x[t], inputStride, y[t], outputStride, batch, inputs, gradient[t], outputStride, outputStride)));
        if (inputs == 1) return; // the first layer's input needs no gradient
        all.Add(Each($"convolution input gradient {name}", threads, operations, batch,
            t => Products.Forward(plan.Mirror, y[t], outputStride, 0, batch, outputs, transposed[t], inputStride, bias[t], x[t], inputStride, 0, positions, inputStride)));
    }

    static void Linear(List<Benchmark> all, int rows, int inputs, int outputs, int threads)
    {
        var operations = 2.0 * rows * inputs * outputs;
        int inputStride = Shape.RoundUp(inputs), outputStride = Shape.RoundUp(outputs);
        var x = new Block((long)rows * inputStride, threads);
        var y = new Block((long)rows * outputStride, threads);
        var weights = new Block((long)inputs * outputStride, threads);
        var gradient = new Block((long)inputs * outputStride, threads);
        var bias = new Block(outputStride, threads);
        all.Add(Each($"linear {inputs}->{outputs}, {rows} rows", threads, operations, rows,
            t => Products.Pointwise(x[t], inputStride, rows, inputs, weights[t], outputStride, bias[t], y[t], outputStride, outputStride)));
        all.Add(Each($"linear weight gradient {inputs}->{outputs}, {rows} rows", threads, operations, rows,
            t => Products.PointwiseGradient(x[t], inputStride, y[t], outputStride, rows, inputs, gradient[t], outputStride, outputStride)));
    }

    static void Gate(List<Benchmark> all, int positions, int batch, int channels, int threads)
    {
        var rows = (long)positions * batch;
        var x = new Block(rows * 2 * channels, threads);
        var y = new Block(rows * channels, threads);
        var dx = new Block(rows * 2 * channels, threads);
        all.Add(Each($"gate {channels} channels, {rows} rows", threads, 0, rows,
            t => Elementwise.Gate(x[t], 2 * channels, null, 0, y[t], channels, positions, batch, channels)));
        all.Add(Each($"gate backward {channels} channels, {rows} rows", threads, 0, rows,
            t => Elementwise.GateBackward(x[t], 2 * channels, null, 0, y[t], channels, dx[t], true, null, positions, batch, channels)));
    }

    // The sums W x + b are given: what is counted is U h, and on the way back U^T dz and the weight's gradient.
    static void Lstm(List<Benchmark> all, int units, int positions, int batch, int threads)
    {
        var weights = new Parameter[threads];
        var tapes = new Tape[threads];
        for (var t = 0; t < threads; t++)
        {
            var set = new ParameterSet();
            weights[t] = set.Add(new Parameter("recurrent", new Shape(1, units, 4 * units), (normal, _) => normal / units));
            set.Allocate(1);
            tapes[t] = new Tape(recording: true) { ParameterGradients = new FloatBlock(set.Length) };
        }
        var sums = new Block((long)positions * batch * Shape.RoundUp(4 * units), threads);
        var operations = 2.0 * positions * batch * units * 4 * units;
        foreach (var back in new[] { false, true })
            all.Add(Each($"lstm {units}, {positions} positions, batch {batch}, forward{(back ? " and back" : "")}", threads, back ? 3 * operations : operations, (long)positions * batch, t =>
            {
                var tape = tapes[t];
                var z = tape.New(new Shape(positions, batch, 4 * units), requiresGradient: true);
                Layout.Copy(sums[t], z.Data, z.Length);
                var h = Ops.Lstm(z, weights[t], null, null, out _);
                if (back)
                {
                    Layout.Copy(h.Data, tape.GradientOf(h, out _), h.Length);
                    tape.Backward();
                }
                tape.Reset();
            }));
    }

    static Benchmark Each(string name, int threads, double operations, double items, Action<int> work)
        => new(name, operations * threads, items * threads, () => ParallelShards.Run(threads, threads, (piece, _) => work(piece)));

    static List<(int, int)> Rectangle(int top, int bottom, int left, int right)
    {
        var taps = new List<(int, int)>();
        for (var row = top; row <= bottom; row++)
            for (var column = left; column <= right; column++) taps.Add((row, column));
        return taps;
    }

    // Aligned memory for every thread, filled with small numbers so that nothing grows or underflows.
    sealed class Block
    {
        readonly FloatBlock[] _blocks;

        public Block(long length, int threads)
        {
            _blocks = new FloatBlock[threads];
            for (var t = 0; t < threads; t++)
            {
                _blocks[t] = new FloatBlock(length);
                for (var i = 0L; i < length; i++) _blocks[t].Pointer[i] = (i * 37 % 101 - 50) * 1e-3f;
            }
        }

        public float* this[int thread] => _blocks[thread].Pointer;
    }
}
