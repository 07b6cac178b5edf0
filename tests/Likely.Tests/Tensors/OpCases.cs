using Likely.Models;
using System.Runtime.CompilerServices;
using Likely.Tensors;
using Likely.Tests.Reference;

namespace Likely.Tests.Tensors;

/// <summary>Every public differentiable operation of <see cref="Ops"/>; a test fails if one is missing. Channels are odd on purpose.</summary>
static class OpCases
{
    const float Rate = 0.3f;
    const ulong Path = 17;

    public static IReadOnlyList<OpCase> All { get; } = [.. List(), .. Binary(), .. Recurrent(), .. Attentive(), .. Causal(), .. Shifted(), .. Outputs(), .. RowOpCases.All()];

    static IEnumerable<OpCase> List()
    {
        foreach (var (kernel, height, width, batch, inputs, outputs) in new[]
        {
            ("1x1", 2, 3, 2, 3, 20), ("7x7 mask A", 5, 4, 2, 1, 5), ("3x3 mask B", 4, 3, 3, 5, 10), ("3x7 above", 4, 5, 1, 3, 4), ("1x2 left", 1, 7, 2, 5, 3),
        })
        {
            var s = new ConvolutionShape(kernel, height, width, batch, inputs, outputs, KernelCases.Taps(kernel));
            var plan = new ConvolutionPlan(height, width, s.Taps);
            Shape x = new(s.Positions, batch, inputs), weight = new(s.Taps.Length, inputs, outputs), bias = new(1, 1, outputs), y = x with { Channels = outputs };
            var withBias = new OpCase("Convolution/5", $"{kernel} with bias", [x], [weight, bias],
                (_, t, p) => Ops.Convolution(plan, t[0], p[0], p[1]), (t, p) => DoubleOps.Convolution(s, t[0], p[0], p[1]));
            yield return withBias;
            yield return withBias.Twice();
            yield return new("Convolution/5", $"{kernel} continuing a tensor", [x, y], [weight],
                (_, t, p) => Ops.Convolution(plan, t[0], p[0], null, t[1]), (t, p) => DoubleOps.Convolution(s, t[0], p[0], t[1]));
        }
        foreach (var (positions, batch, inputs, outputs) in new[] { (1, 1, 1, 1), (3, 2, 5, 20), (1, 7, 20, 3) })
        {
            var s = new ConvolutionShape("linear", 1, positions, batch, inputs, outputs, [(0, 0)]);
            Shape x = new(positions, batch, inputs), weight = new(1, inputs, outputs), bias = new(1, 1, outputs), y = x with { Channels = outputs };
            var withBias = new OpCase("Linear/4", $"{inputs}->{outputs} with bias", [x], [weight, bias],
                (_, t, p) => Ops.Linear(t[0], p[0], p[1]), (t, p) => DoubleOps.Convolution(s, t[0], p[0], p[1]));
            yield return withBias;
            yield return withBias.Twice();
            yield return new("Linear/4", $"{inputs}->{outputs} without bias", [x], [weight],
                (_, t, p) => Ops.Linear(t[0], p[0], null), (t, p) => DoubleOps.Convolution(s, t[0], p[0], null));
            yield return new("Linear/4", $"{inputs}->{outputs} continuing a tensor", [x, y], [weight],
                (_, t, p) => Ops.Linear(t[0], p[0], null, t[1]), (t, p) => DoubleOps.Convolution(s, t[0], p[0], t[1]));
        }
        var some = new Shape(3, 2, 21);
        yield return new("Add/2", "of two tensors", [some, some], [], (_, t, _) => Ops.Add(t[0], t[1]), (t, _) => Map(t[0], i => t[0][i] + t[1][i]));
        yield return new("Add/2", "of a tensor to itself", [some], [], (_, t, _) => Ops.Add(t[0], t[0]), (t, _) => Map(t[0], i => 2 * t[0][i]));
        yield return new("Add/2", "used twice", [some, some], [], (_, t, _) => Ops.Add(Ops.Add(t[0], t[1]), Ops.Add(t[1], t[0])), (t, _) => Map(t[0], i => 2 * (t[0][i] + t[1][i])));
        var relu = new OpCase("Relu/1", "", [some], [], (_, t, _) => Ops.Relu(t[0]), (t, _) => Map(t[0], i => Math.Max(t[0][i], 0))) { Gap = 0.05f };
        yield return relu;
        yield return relu.Twice();
        yield return relu with { Op = "Rectify/1", Run = (_, t, _) => Ops.Rectify(t[0]) };
        var dropout = new OpCase("Dropout/3", "", [some], [], (_, t, _) => Ops.Dropout(t[0], Rate, Path), (t, _) => Map(t[0], i => t[0][i] * DropoutFactor(some, i))) { Training = true };
        yield return dropout;
        yield return dropout.Twice();
        foreach (var channels in new[] { 1, 10, 16, 20, 35 })
        {
            var x = new Shape(3, 2, 2 * channels);
            var plain = new OpCase("Gate/2", $"of {channels}", [x], [], (_, t, _) => Ops.Gate(t[0]), (t, _) => DoubleOps.Gate(2, channels, t[0], null));
            yield return plain;
            yield return plain.Twice();
            var conditioned = new OpCase("Gate/2", $"of {channels} with condition", [x, x with { Positions = 1 }], [],
                (_, t, _) => Ops.Gate(t[0], t[1]), (t, _) => DoubleOps.Gate(2, channels, t[0], t[1]));
            yield return conditioned;
            yield return conditioned.Twice();
        }
        int[] indices = [2, 0, 2, 4];
        var lookup = new OpCase("Lookup/3", "with a repeated index", [], [new Shape(1, 5, 19)], (tape, _, p) => Ops.Lookup(tape, p[0], indices),
            (_, p) => [.. indices.SelectMany(index => p[0].AsSpan(index * 19, 19).ToArray())]);
        yield return lookup;
        yield return lookup.Twice();
        var chosen = Symbols(3 * 4, 5); // 3 positions, 4 examples
        var rows = new OpCase("Lookup/5", "of symbols", [], [new Shape(1, 5, 19)], (tape, _, p) => Ops.Lookup(tape, 3, 4, new PinnedSymbols(chosen), p[0]),
            (_, p) => [.. chosen.SelectMany(symbol => p[0].AsSpan(symbol * 19, 19).ToArray())]);
        yield return rows;
        yield return rows.Twice();
        var computed = new OpCase("Lookup/5", "of rows that were computed", [new Shape(1, 5, 19)], [], (_, t, _) => Ops.Lookup(t[0], 3, 4, new PinnedSymbols(chosen)),
            (t, _) => [.. chosen.SelectMany(symbol => t[0].AsSpan(symbol * 19, 19).ToArray())]);
        yield return computed;
        yield return computed.Twice();
        foreach (var features in new[] { 5, 16 })
        {
            var seen = Symbols(3 * 4 * 2, 5); // 3 positions, 4 examples, 2 symbols each
            var embed = new OpCase("Embed/5", $"of {features} and the value", [], [new Shape(1, 5, features)], (tape, _, p) => Embed(tape, new Shape(3, 4, 2), seen, p[0]),
                (_, p) => [.. seen.Take(24).SelectMany(symbol => p[0].AsSpan(symbol * features, features).ToArray().Prepend(symbol / 2.0 - 1))]);
            yield return embed;
            yield return embed.Twice();
        }
        foreach (var head in (Head[])
        [
            .. HeadCases.Heads, new BernoulliHead(100, 2), new SoftmaxHead(1, 4), new SoftmaxHead(3, 5), new SoftmaxHead(1, 256), new SoftmaxHead(100, 3), new SoftmaxHead(1, 1000),
            new LogisticMixtureHead(1, 256, 3), new LogisticMixtureHead(3, 256, 3), new LogisticMixtureHead(1, 256, 16),
        ])
            yield return Loss(head);
    }

    static IEnumerable<OpCase> Recurrent()
    {
        foreach (var (positions, batch, units) in new[] { (1, 1, 1), (3, 2, 5), (4, 3, 16), (2, 7, 20), (3, 1, 35) })
        {
            Shape z = new(positions, batch, 4 * units), weight = new(1, units, 4 * units), x = new(positions, batch, 3);
            float[] hidden = Bits.Normal(batch * units, 30, 0.5), cell = Bits.Normal(batch * units, 31);
            var name = $"of {units} units, {positions} positions, batch {batch}";
            yield return new("Lstm/7", name, [z], [weight], (_, t, p) => Ops.Lstm(t[0], p[0], null, null, out Tensor _),
                (t, p) => DoubleOps.Lstm(batch, units, t[0], p[0], null, null))
            { Deviation = 0.5 };
            yield return new("Lstm/7", $"{name}, going on", [z], [weight], (tape, t, p) => Ops.Lstm(t[0], p[0], State(tape, batch, hidden), State(tape, batch, cell), out _),
                (t, p) => DoubleOps.Lstm(batch, units, t[0], p[0], hidden, cell))
            { Deviation = 0.5 };
            foreach (var state in new[] { false, true })
                yield return new OpCase("MultiplicativeLstm/9", state ? $"{name}, going on" : name, [z, new(positions, batch, units)], [new(1, units, units), weight],
                    (tape, t, p) => Ops.MultiplicativeLstm(t[0], t[1], p[0], p[1], state ? State(tape, batch, hidden) : null, state ? State(tape, batch, cell) : null, out Tensor _),
                    (t, p) => DoubleOps.MultiplicativeLstm(batch, units, t[0], t[1], p[0], p[1], state ? hidden : null, state ? cell : null))
                { Deviation = 0.5 };
            var factors = new OpCase("MultiplicativeLstm/9", $"{name}, of factors used twice", [new(positions, batch, units)], [new(1, units, 4 * units), new(1, units, units), weight],
                (_, t, p) => Ops.MultiplicativeLstm(Ops.Linear(t[0], p[0], null), t[0], p[1], p[2], null, null, out Tensor _),
                (t, p) => DoubleOps.MultiplicativeLstm(batch, units, DoubleOps.Convolution(new ConvolutionShape("linear", 1, positions, batch, units, 4 * units, [(0, 0)]), t[0], p[0], null), t[0], p[1], p[2], null, null))
            { Deviation = 0.5 };
            yield return factors.Twice();
            var s = new ConvolutionShape("linear", 1, positions, batch, 3, 4 * units, [(0, 0)]);
            yield return new OpCase("Lstm/7", $"{name}, after a linear map", [x], [new Shape(1, 3, 4 * units), weight],
                (_, t, p) => Ops.Lstm(Ops.Linear(t[0], p[0], null), p[1], null, null, out Tensor _),
                (t, p) => DoubleOps.Lstm(batch, units, DoubleOps.Convolution(s, t[0], p[0], null), p[1], null, null))
            { Deviation = 0.5 }.Twice();
        }
    }

    // As the papers say it, position by position.
    static IEnumerable<(string Kind, AttentionPattern Pattern, Func<int, int, bool> Sees, Func<int, int, bool>? SeenByOthers)> Patterns(int l, int c)
    {
        bool IsSummary(int j) => j % l >= l - c;
        yield return ("local", AttentionPattern.Local(l), (i, j) => i - j < l, null);
        yield return ("column", AttentionPattern.Column(l), (i, j) => (i - j) % l == 0, null);
        yield return ("strided", AttentionPattern.Strided(l), (i, j) => i - j < l || (i - j) % l == 0, null);
        yield return ("block", AttentionPattern.Block(l), (i, j) => i / l == j / l, null);
        yield return ("summary", AttentionPattern.Summary(l, c), (i, j) => IsSummary(j) || i == j, null);
        yield return ("merged", AttentionPattern.Merged(l, c), (i, j) => i / l == j / l || IsSummary(j), null);
        yield return ("by heads, strided", AttentionPattern.ByHeads(AttentionPattern.Local(l), AttentionPattern.Column(l)), (i, j) => i - j < l, (i, j) => (i - j) % l == 0);
        yield return ("by heads, fixed", AttentionPattern.ByHeads(AttentionPattern.Block(l), AttentionPattern.Summary(l, c)), (i, j) => i / l == j / l, (i, j) => IsSummary(j) || i == j);
    }

    // Operations of Transformers.
    static IEnumerable<OpCase> Attentive()
    {
        foreach (var (positions, batch, heads, size) in new[] { (1, 1, 1, 1), (5, 2, 1, 3), (7, 3, 2, 5), (60, 1, 2, 16), (21, 2, 1, 35) })
        {
            Shape x = new(positions, batch, 3 * heads * size), before = x with { Positions = 6 };
            var name = $"of {heads} heads of {size}, {positions} positions, batch {batch}";
            var whole = new OpCase("Attention/5", name, [x], [], (_, t, _) => Ops.Attention(t[0], heads), (t, _) => DoubleOps.Attention(batch, heads, size, t[0], []));
            yield return whole;
            yield return whole.Twice();
            var past = Bits.Normal((int)before.Count, 32);
            yield return new("Attention/5", $"{name}, going on", [x], [], (tape, t, _) => Ops.Attention(t[0], heads, Past(tape, before, past)),
                (t, _) => DoubleOps.Attention(batch, heads, size, t[0], Array.ConvertAll(past, value => (double)value)));
        }
        foreach (var (positions, stride, summary) in new[] { (11, 4, 1), (60, 7, 3), (61, 20, 20) })
            foreach (var (kind, pattern, sees, others) in Patterns(stride, summary))
            {
                Shape x = new(positions, 2, 3 * 2 * 5), before = x with { Positions = 6 };
                var name = $"{kind} {stride} {summary}, {positions} positions";
                var past = Bits.Normal((int)before.Count, 33);
                yield return new OpCase("Attention/5", name, [x], [], (_, t, _) => Ops.Attention(t[0], 2, null, pattern), (t, _) => DoubleOps.Attention(2, 2, 5, t[0], [], sees, 1, others)).Twice();
                yield return new("Attention/5", $"{name}, going on", [x], [], (tape, t, _) => Ops.Attention(t[0], 2, Past(tape, before, past), pattern),
                    (t, _) => DoubleOps.Attention(2, 2, 5, t[0], Array.ConvertAll(past, value => (double)value), sees, 1, others));
            }
        foreach (var (positions, batch, heads, size) in new[] { (1, 1, 1, 1), (5, 2, 2, 3), (7, 3, 2, 4), (60, 1, 1, 18) })
        {
            Shape wide = new(positions, batch, 5 * heads * size), before = wide with { Positions = 6 };
            var name = $"of {heads} heads of {size} and keys twice as wide, {positions} positions, batch {batch}";
            var past = Bits.Normal((int)before.Count, 34);
            yield return new OpCase("Attention/5", name, [wide], [], (_, t, _) => Ops.Attention(t[0], heads, keyWidth: 2), (t, _) => DoubleOps.Attention(batch, heads, size, t[0], [], null, 2)).Twice();
            yield return new("Attention/5", $"{name}, going on", [wide], [], (tape, t, _) => Ops.Attention(t[0], heads, Past(tape, before, past, 2), keyWidth: 2),
                (t, _) => DoubleOps.Attention(batch, heads, size, t[0], Array.ConvertAll(past, value => (double)value), null, 2));
            Shape four = wide with { Channels = 4 * heads * size };
            foreach (var begun in new[] { null, Enumerable.Range(0, batch).Select(b => 3 * b).ToArray() })
                yield return new OpCase("RelativeKeys/4", $"{name}, {begun?[^1]}", [four], [], (_, t, _) => Ops.RelativeKeys(t[0], heads, new Rotation(size, 80), begun), (t, _) => DoubleOps.RelativeKeys(batch, heads, size, t[0], begun)).Twice();
        }
        foreach (var channels in new[] { 1, 5, 16, 35 })
        {
            Shape x = new(3, 2, channels), row = new(1, 1, channels);
            var centred = new OpCase("Normalize/3", $"of {channels}", [x], [row, row], (_, t, p) => Ops.Normalize(t[0], p[0], p[1]), (t, p) => DoubleOps.Normalize(channels, t[0], p[0], p[1]));
            var plain = new OpCase("Normalize/3", $"of {channels}, not centred", [x], [row], (_, t, p) => Ops.Normalize(t[0], p[0], null), (t, p) => DoubleOps.Normalize(channels, t[0], p[0], null));
            if (channels > 1) yield return centred;
            if (channels > 1) yield return centred.Twice();
            yield return plain;
            yield return plain.Twice();
        }
        foreach (var rows in new[] { 1, 18, 23 })
        {
            var scores = new OpCase("Scores/3", $"of {rows} rows", [new Shape(3, 2, 7)], [new Shape(1, 23, 7)], (_, t, p) => Ops.Scores(t[0], p[0], rows),
                (t, p) => [.. Enumerable.Range(0, 6 * rows).Select(i => Enumerable.Range(0, 7).Sum(c => t[0][i / rows * 7 + c] * p[0][i % rows * 7 + c]))]);
            yield return scores;
            yield return scores.Twice();
        }
        foreach (var before in new[] { null, (int[])[2, 0] })
        {
            // Each takes over its argument, so it is given a sum of its own.
            Shape some = new(3, 2, 5), heads = new(3, 2, 3 * 2 * 5);
            var rotation = new Rotation(5, 5);
            yield return new OpCase("AddPositions/3", before is null ? "" : "going on", [some], [new Shape(1, 5, 5)], (_, t, p) => Ops.AddPositions(Ops.Add(t[0], t[0]), p[0], before),
                (t, p) => Map(t[0], i => 2 * t[0][i] + p[0][((before?[i / 5 % 2] ?? 0) + i / 10) * 5 + i % 5])).Twice();
            int[] ends = [4, 2];
            foreach (var stretch in new[] { 1, 2 })
                yield return new OpCase("AddCondition/5", $"{(before is null ? "" : "going on, ")}each {stretch}", [some, new Shape(4, 2, 5)], [], (_, t, _) => Ops.AddCondition(Ops.Add(t[0], t[0]), t[1], before, stretch == 1 ? ends : [2, 1], stretch),
                    (t, _) => Map(t[0], i => 2 * t[0][i] + ((i / 10 + (before?[i / 5 % 2] ?? 0)) / stretch is var at && at < ends[i / 5 % 2] / stretch ? t[1][at * 10 + i % 10] : 0))).Twice();
            if (before is null)
                yield return new OpCase("ClearBehind/2", "", [some], [], (_, t, _) => Ops.ClearBehind(Ops.Add(t[0], t[0]), [3, 1]), (t, _) => Map(t[0], i => i % 10 >= 5 && i >= 10 ? 0 : 2 * t[0][i])).Twice();
            if (before is null)
                yield return new OpCase("NormalizeHeads/2", "", [heads], [], (_, t, _) => Ops.NormalizeHeads(Ops.Add(t[0], t[0]), 2), (t, _) => Map(t[0], i =>
                {
                    if (i % 30 >= 20) return 2 * t[0][i];
                    return 2 * t[0][i] / Math.Sqrt(Enumerable.Range(i / 5 * 5, 5).Sum(j => 4 * t[0][j] * t[0][j]) / 5 + 1e-5);
                })).Twice();
            yield return new OpCase("Rotate/4", before is null ? "" : "going on", [heads], [], (_, t, _) => Ops.Rotate(Ops.Add(t[0], t[0]), 2, rotation, before),
                (t, _) => Map(t[0], i =>
                {
                    var (c, position) = (i % 5, (before?[i / 30 % 2] ?? 0) + i / 60);
                    if (i % 30 >= 20 || c == 4) return 2 * t[0][i];
                    var angle = position * Math.Pow(10_000, -2.0 * (c % 2) / 5);
                    return 2 * (t[0][i] * Math.Cos(angle) + (c < 2 ? -t[0][i + 2] : t[0][i - 2]) * Math.Sin(angle));
                })).Twice();
        }
        foreach (var compact in new[] { false, true })
        {
            var some = new Shape(3, 2, 21);
            var gelu = new OpCase("Gelu/1", compact ? "of a compact tensor" : "", [some], [], (_, t, _) => Ops.Gelu(t[0]),
                (t, _) => Map(t[0], i => 0.5 * t[0][i] * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (t[0][i] + 0.044715 * Math.Pow(t[0][i], 3))))))
            { Compact = compact };
            yield return gelu;
            yield return gelu.Twice();
            var squared = new OpCase("SquaredRelu/1", compact ? "of a compact tensor" : "", [some], [], (_, t, _) => Ops.SquaredRelu(t[0]), (t, _) => Map(t[0], i => Math.Pow(Math.Max(t[0][i], 0), 2))) { Compact = compact, Gap = 0.05f };
            yield return squared;
            yield return squared.Twice();
        }
    }

    // Convolutions along sequences, from the beginning and going on from a past.
    static IEnumerable<OpCase> Causal()
    {
        foreach (var (positions, batch, inputs, outputs, kernel, dilation) in new[] { (1, 1, 1, 1, 2, 1), (7, 2, 3, 20, 2, 3), (5, 3, 17, 5, 3, 2), (4, 1, 5, 3, 3, 4), (6, 2, 2, 6, 1, 1) })
        {
            var reach = (kernel - 1) * dilation;
            (int, int)[] taps = [.. Enumerable.Range(0, kernel).Select(t => (0, (t + 1 - kernel) * dilation))];
            ConvolutionShape whole = new("causal", 1, positions, batch, inputs, outputs, taps), longer = whole with { Width = reach + positions };
            Shape x = new(positions, batch, inputs), weight = new(kernel, inputs, outputs), bias = new(1, 1, outputs);
            var name = $"{kernel} taps dilated by {dilation}, {positions} positions, batch {batch}, {inputs}->{outputs}";
            var first = new OpCase("CausalConvolution/5", name, [x], [weight, bias], (_, t, p) => Ops.CausalConvolution(t[0], dilation, p[0], p[1]),
                (t, p) => DoubleOps.Convolution(whole, t[0], p[0], p[1]));
            yield return first;
            yield return first.Twice();
            if (reach == 0) continue;
            var past = Bits.Normal(reach * batch * inputs, 33);
            yield return new("CausalConvolution/5", $"{name}, going on", [x], [weight], (tape, t, p) =>
            {
                var before = new PastInputs(new Tape(false, tape.Meter), batch, inputs, reach);
                if (tape.Computes) before.Read(past);
                return Ops.CausalConvolution(t[0], dilation, p[0], null, before);
            }, (t, p) => DoubleOps.Convolution(longer, [.. past.Select(value => (double)value), .. t[0]], p[0], null)[(reach * batch * outputs)..]);
        }
    }

    // Half of the channels of the position before, from the beginning and going on.
    static IEnumerable<OpCase> Shifted()
    {
        foreach (var (positions, batch, channels) in new[] { (1, 1, 2), (4, 3, 5), (3, 2, 40), (2, 1, 1) })
        {
            var (shape, past) = (new Shape(positions, batch, channels), Bits.Normal(batch * channels, 33));
            var first = new OpCase("ShiftHalf/2", $"{shape}", [shape], [], (_, t, _) => Ops.ShiftHalf(t[0], null), (t, _) => DoubleOps.ShiftHalf(batch, channels, new double[batch * channels], t[0]));
            yield return first;
            yield return first.Twice();
            yield return new("ShiftHalf/2", $"{shape}, going on", [shape], [], (tape, t, _) =>
            {
                var before = new PastInputs(new Tape(false, tape.Meter), batch, channels, 1);
                if (tape.Computes) before.Read(past);
                return Ops.ShiftHalf(t[0], before);
            }, (t, _) => DoubleOps.ShiftHalf(batch, channels, [.. past.Select(value => (double)value)], t[0]));
        }
    }

    static KeyValues Past(Tape tape, Shape shape, float[] values, int keyWidth = 1)
    {
        var past = new KeyValues(new Tape(false, tape.Meter), shape.Batch, shape.Channels / (2 * keyWidth + 1), 3, keyWidth);
        var x = new Tape(false, tape.Meter).New(shape);
        for (var row = 0; row < shape.Rows && tape.Computes; row++) values.AsSpan(row * shape.Channels, shape.Channels).CopyTo(x.Row(row / shape.Batch, row % shape.Batch));
        past.Append(x);
        return past;
    }

    static Tensor State(Tape tape, int batch, float[] values)
    {
        var state = tape.New(new Shape(1, batch, values.Length / batch));
        for (var b = 0; b < batch && tape.Computes; b++) values.AsSpan(b * state.Channels, state.Channels).CopyTo(state.Row(0, b));
        return state;
    }

    // Operations of fully connected models of binary variables.
    static IEnumerable<OpCase> Binary()
    {
        var compact = new Shape(3, 5, 2);
        var symbols = Symbols((int)compact.Count, 2);
        yield return new("BernoulliLogProbabilities/3", "", [compact], [], (_, t, _) => Bernoulli(t[0], symbols, 0.25f),
            (t, _) => DoubleOps.LogProbabilities(new BernoulliHead(2, 2), t[0], symbols))
        { LossScale = 0.25f, Compact = true };
        yield return new("Add/2", "of compact tensors", [compact, compact], [], (_, t, _) => Ops.Add(t[0], t[1]), (t, _) => Map(t[0], i => t[0][i] + t[1][i])) { Compact = true };
        yield return new("Relu/1", "of a compact tensor", [compact], [], (_, t, _) => Ops.Relu(t[0]), (t, _) => Map(t[0], i => Math.Max(t[0][i], 0))) { Gap = 0.05f, Compact = true };
        int[] order = [4, 0, 5, 2, 1, 3];
        foreach (var visited in new[] { null, order })
        {
            var toPositions = new OpCase("ToPositions/3", visited is null ? "as they come" : "in an order", [new Shape(1, 4, 6)], [],
                (_, t, _) => Ops.ToPositions(t[0], 2, visited), (t, _) => Map(t[0], i =>
                {
                    // Result [3, 4, 2]; variable d is symbol d mod 2 of position d / 2.
                    var variable = i / 8 * 2 + i % 2;
                    return t[0][i / 2 % 4 * 6 + (visited is null ? variable : Array.IndexOf(visited, variable))];
                }));
            yield return toPositions;
            yield return toPositions.Twice();
        }
        // Columns of a table, a head each, as they come and in an order.
        ColumnAlphabets columns = new([Alphabet.OfColumn(4, 0), Alphabet.OfColumn(2, 40), Alphabet.OfColumn(3, 0)]);
        Head[] heads = [.. columns.Select(column => Head.OfColumn(column, 2))];
        int[] outputsOf = Array.ConvertAll(heads, head => head.Outputs), rows = [.. Enumerable.Range(0, 15).Select(i => (7 * i + 3) % columns[i / 5].Size)];
        foreach (var visited in (int[]?[])[null, [2, 0, 1]])
        {
            var layout = new ColumnLayout(columns, heads, outputsOf, visited);
            yield return new("ColumnLogProbabilities/4", visited is null ? "as they come" : "in an order", [new Shape(1, 5, layout.Outputs)], [], (_, t, _) => Ops.ColumnLogProbabilities(t[0], new PinnedSymbols(rows), layout, 0.25f),
                (t, _) => [.. Enumerable.Range(0, 15).Select(i =>
                {
                    var step = Array.FindIndex([0, 1, 2], s => layout.ColumnAt(s) == i / 5);
                    return DoubleOps.LogProbabilities(heads[i / 5], t[0][(i % 5 * layout.Outputs + layout.FirstOutput[step])..(i % 5 * layout.Outputs + layout.FirstOutput[step + 1])], [rows[i]])[0];
                })])
            { LossScale = 0.25f };
        }
        foreach (var (inputs, outputs, batch) in new[] { (6, 5, 3), (70, 130, 2), (1, 20, 3), (20, 1, 1) }) // blocks of 64 outputs
            foreach (var sorted in new[] { true, false })
                foreach (var bias in new[] { true, false }) yield return Masked(inputs, outputs, batch, sorted, bias);
        foreach (var (hidden, batch) in new[] { (5, 3), (70, 35) }) // 64 units at a time, 32 examples at a time
        {
            var x = Symbols(6 * batch, 2);
            var nade = new OpCase("Nade/4", $"of {hidden} units, batch {batch}", [], [new(1, 6, hidden), new(1, 6, hidden), new(1, 1, 6), new(1, 1, hidden)],
                (tape, _, p) => Nade(tape, new NadeWeights(p[0], p[1], p[2], p[3], new(() => order), 2), x, batch),
                (_, p) => DoubleOps.Nade(order, 2, batch, x, p[0], p[1], p[2], p[3]));
            yield return nade;
            yield return nade.Twice();
        }
    }

    // Degrees 1 to 5 on either side; unsorted ones come with the orders that sort them.
    static OpCase Masked(int inputs, int outputs, int batch, bool sorted, bool bias)
    {
        var random = new Philox(1, RandomPurpose.Test, (ulong)(inputs + outputs));
        int[] from = new int[inputs], to = new int[outputs];
        for (var i = 0; i < inputs; i++) from[i] = 1 + random.Below(0, (ulong)i, 5);
        for (var i = 0; i < outputs; i++) to[i] = 1 + random.Below(1, (ulong)i, 5);
        if (sorted)
        {
            Array.Sort(from);
            Array.Sort(to);
        }
        int[] fromOrder = [.. Enumerable.Range(0, inputs).OrderBy(i => from[i])], toOrder = [.. Enumerable.Range(0, outputs).OrderBy(i => to[i])];
        var mask = sorted ? new DegreeMask(from, to) : new DegreeMask(from, to, fromOrder, toOrder);
        Shape weight = new(1, inputs, outputs), biases = new(1, 1, outputs);
        return new("Masked/2", $"{inputs}->{outputs}, batch {batch}, {(sorted ? "sorted" : "in an order")}, {(bias ? "with" : "without")} bias",
            [new Shape(2, batch, inputs)], bias ? [weight, biases] : [weight],
            (_, t, p) =>
            {
                var product = new MaskedProduct(p[0], bias ? p[1] : null);
                product.Refresh(mask);
                return Ops.Masked(t[0], product);
            },
            (t, p) => DoubleOps.Masked(from, to, fromOrder, toOrder, t[0], p[0], bias ? p[1] : null))
        { Mask = sorted ? mask.Natural : null };
    }

    static unsafe Tensor Bernoulli(Tensor logits, int[] symbols, float scale)
        => Ops.BernoulliLogProbabilities(logits, new PinnedSymbols(symbols), scale);

    static unsafe Tensor Nade(Tape tape, NadeWeights weights, int[] symbols, int batch)
        => Ops.Nade(tape, weights, new PinnedSymbols(symbols), batch);

    static unsafe Tensor Embed(Tape tape, Shape shape, int[] symbols, Parameter table)
        => Ops.Embed(tape, shape, new PinnedSymbols(symbols), table.Inputs, table);

    static int[] Symbols(int count, int levels)
    {
        var symbols = GC.AllocateArray<int>(count, pinned: true);
        var random = new Philox(1, RandomPurpose.Test);
        for (var i = 0; i < count; i++) symbols[i] = random.Below(1, (ulong)i, levels);
        return symbols;
    }

    static OpCase Loss(Head head)
    {
        var shape = new Shape(2, 3, head.Outputs);
        var symbols = Symbols((int)shape.Rows * head.Symbols, head.Levels);
        // Both outer bins of a mixture have formulas of their own.
        (symbols[0], symbols[^1]) = (0, head.Levels - 1);
        return new("LogProbabilities/5", $"{head.GetType().Name} of {head.Symbols} x {head.Levels}, {head.Outputs} numbers", [shape], [],
            (_, t, _) => Ops.LogProbabilities(head, t[0], new PinnedSymbols(symbols), 0.25f), (t, _) => DoubleOps.LogProbabilities(head, t[0], symbols))
        { LossScale = 0.25f, Deviation = 0.7 };
    }

    // The last map and its loss in one, in stretches of rows.
    static IEnumerable<OpCase> Outputs()
    {
        foreach (var (inputs, levels) in new[] { (5, 3), (17, 20), (3, 40) })
            foreach (var stretch in new[] { 1, 100, 1 << 20 })
            {
                var (shape, head) = (new Shape(4, 3, inputs), new SoftmaxHead(1, levels));
                var symbols = Symbols((int)shape.Rows, levels);
                var map = new ConvolutionShape("linear", 1, 4, 3, inputs, levels, [(0, 0)]);
                yield return new("OutputLogProbabilities/10", $"of {inputs}->{levels}, {stretch} numbers at once", [shape], [new Shape(1, inputs, levels), new Shape(1, 1, levels)],
                    (_, t, p) => Ops.OutputLogProbabilities(head, t[0], p[0], p[1], false, levels, new PinnedSymbols(symbols), 0.25f, stretch: stretch), (t, p) => DoubleOps.LogProbabilities(head, DoubleOps.Convolution(map, t[0], p[0], p[1]), symbols))
                { LossScale = 0.25f, Deviation = 0.7 };
                yield return new("OutputLogProbabilities/10", $"of {levels} rows of a table, {stretch} numbers at once", [shape], [new Shape(1, levels + 1, inputs)],
                    (_, t, p) => Ops.OutputLogProbabilities(head, t[0], p[0], null, true, levels, new PinnedSymbols(symbols), 0.25f, stretch: stretch),
                    (t, p) => DoubleOps.LogProbabilities(head, [.. Enumerable.Range(0, 12 * levels).Select(i => Enumerable.Range(0, inputs).Sum(c => t[0][i / levels * inputs + c] * p[0][i % levels * inputs + c]))], symbols))
                { LossScale = 0.25f, Deviation = 0.7 };
            }
    }

    // The documented address of dropout's bits: 16 bits a value, eight values a block.
    static double DropoutFactor(Shape shape, int index)
    {
        var (channel, example, position) = (index % shape.Channels, index / shape.Channels % shape.Batch, index / shape.Channels / shape.Batch);
        var (seed, step, first) = GradientOfOpsTests.Address;
        var (a, b, c, d) = new Philox(seed, RandomPurpose.Dropout, Path).Block((ulong)step << 32 | (uint)(first + example), (ulong)position << 32 | (uint)(channel / 8 * 8));
        var word = (channel % 8 / 2) switch { 0 => a, 1 => b, 2 => c, _ => d };
        var draw = channel % 2 == 0 ? word & 0xFFFF : word >> 16;
        return draw / 65536.0 < (uint)(Rate * 65536.0) / 65536.0 ? 0 : 1 / (1 - (double)Rate);
    }

    static double[] Map(double[] like, Func<int, double> value)
    {
        var result = new double[like.Length];
        for (var i = 0; i < result.Length; i++) result[i] = value(i);
        return result;
    }
}
