using System.Diagnostics;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// How long a training takes and what it needs, found within seconds whatever its size: memory is counted, and time is measured on as many
/// examples and image rows as a moment allows, of the data's own, and multiplied. Nothing is built that the forecast does not need.
/// </summary>
/// <param name="Parameters">Weights.</param>
/// <param name="Batch">Examples of a step.</param>
/// <param name="Plan">Steps in all and between validations.</param>
/// <param name="StepSeconds">What a step takes.</param>
/// <param name="ValidationSeconds">What a validation takes, its snapshot included.</param>
/// <param name="SheetSeconds">What a sheet of samples takes.</param>
/// <param name="Memory">What it needs besides the data.</param>
public sealed unsafe record TrainingForecast(long Parameters, int Batch, TrainingPlan Plan, double StepSeconds, double ValidationSeconds, double SheetSeconds, TrainingMemory Memory)
{
    /// <summary>Examples of one pass over the training data.</summary>
    public required long Examples { get; init; }

    /// <summary>Multiply-adds of an example, forward.</summary>
    public required double MultiplyAdds { get; init; }

    // Multiply-adds forward of one measurement, some tenths of a second on one thread of an old machine; and how long it is repeated.
    const double Work = 1e9, LeastSeconds = 1.5;
    const int LeastRounds = 2, MostRounds = 200, MostUpdate = 1 << 20, LeastSide = 64;

    // A snapshot of five blocks is flushed to the disk at every validation; the disk is not tried, as nothing may be written.
    const double SnapshotSeconds = 0.03, DiskBytesPerSecond = 150e6;
    const int SnapshotBytesPerParameter = 20;

    /// <summary>Measures.</summary>
    /// <param name="config">The model to train.</param>
    /// <param name="data">Its data.</param>
    /// <param name="options">The plan.</param>
    /// <param name="from">A trained model to go on from.</param>
    /// <param name="heldOut">Other data to validate on.</param>
    /// <param name="samples">Samples of a sheet; 0: there are none.</param>
    /// <param name="cancellation">Ends it within a moment.</param>
    /// <exception cref="UsageException">The training would be refused.</exception>
    /// <exception cref="ModelException">The model cannot describe the data.</exception>
    public static TrainingForecast Measure(DensityConfig config, Dataset data, TrainingOptions options, Checkpoint? from = null, Dataset? heldOut = null, int samples = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options = options.Checked();
        data.RequireSymbols();
        var space = config.SpaceFor(data.Space);
        config = config.Fitted(data.Space);
        var batch = Trainer.BatchOf(config, options, data);
        Trainer.RequireAlike(config, data, from, heldOut);
        var memory = TrainingMemory.Require(config, space, data.ClassNames.Count, batch, options.Threads, MachineMemory.Available(), data.Options);
        var outline = config.Outline(space, data.ClassNames.Count);
        if (from is not null) Trainer.RequireAlike(from.Density, outline);
        var meter = new Meter(outline, data, options.Threads, batch, cancellation);
        var validation = Trainer.ValidationOf(data, heldOut);
        var scored = Math.Min(validation.Count, options.ValidationLimit);
        var step = meter.Step() + meter.Update(outline.Parameters.Length);
        var (perExample, sheet) = (meter.Score(), samples == 0 ? 0 : meter.Draw(samples));
        var snapshot = SnapshotSeconds + SnapshotBytesPerParameter * outline.Parameters.Length / DiskBytesPerSecond;
        var examples = BatchPlan.ExamplesOf(config, data.Train);
        var (plan, items) = Trainer.PlanOf(options, examples, validation.Count, batch, outline.Parameters.Length, step, scored * perExample);
        return new TrainingForecast(meter.Parameters, batch, plan, step, Math.Min(items, scored) * perExample + snapshot, sheet, memory) { Examples = examples, MultiplyAdds = outline.MultiplyAdds };
    }

    /// <summary>Measures the model and, if that is too much for a moment, on smaller images.</summary>
    sealed class Meter
    {
        readonly AutoregressiveModel _model;
        readonly int _threads, _workers, _batch, _examples;
        readonly CancellationToken _cancellation;
        readonly SymbolBatch _symbols;
        readonly double _share; // of an example
        readonly double _readSeconds;

        public Meter(AutoregressiveModel outline, Dataset data, int threads, int batch, CancellationToken cancellation)
        {
            (_threads, _batch, _cancellation) = (threads, batch, cancellation);
            _workers = Math.Min(_threads, GradientStep.Shards);
            var whole = outline.Space;
            var part = outline.AnyExtent ? Part(whole, Work / outline.MultiplyAdds) : whole;
            _share = (double)part.Positions / whole.Positions;
            _examples = (int)Math.Clamp(Work / (outline.MultiplyAdds * _share), 1, (batch + GradientStep.Shards - 1) / GradientStep.Shards);
            cancellation.ThrowIfCancellationRequested();
            _model = outline;
            _model.Parameters.Allocate(null); // zeros take as long as other weights
            _symbols = new SymbolBatch(part, _examples);
            _symbols.Begin(_examples);
            var (item, examples) = (new int[whole.Dimensions], data.Train.InStretches(whole.Positions));
            ReadAll(1); // compiles what reads
            var clock = Stopwatch.StartNew();
            ReadAll(_examples);
            _readSeconds = clock.Elapsed.TotalSeconds / _examples;

            void ReadAll(int count)
            {
                for (var i = 0; i < count; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var index = i % examples.Count;
                    examples.Read(index, 0, item.AsSpan(0, Math.Min(item.Length, examples.SpaceOf(index).Dimensions)), cancellation: cancellation);
                    _symbols.Set(i, Cut(item, whole, part), outline.Classes > 0 ? examples.Label(index) : -1);
                    if (whole.Source > 0) _symbols.SetSource(i, examples.Source(index));
                }
            }
        }

        public long Parameters => _model.Parameters.Count;

        /// <summary>Seconds that forward and back take for a batch, and reading its items.</summary>
        public double Step()
        {
            var gradients = new FloatBlock[_workers];
            var tapes = new Tape[_workers];
            for (var i = 0; i < _workers; i++) tapes[i] = new Tape(recording: true) { Training = true, ParameterGradients = gradients[i] = new FloatBlock(_model.Parameters.Length) };
            var round = Time(() => ParallelShards.Run(_workers, _workers, (_, worker) =>
            {
                var tape = tapes[worker];
                tape.ParameterGradients = gradients[worker]; // begins them
                _model.LogProbabilities(tape, _symbols, 1e-9f);
                tape.Backward();
                tape.FinishGradients(_model.Parameters);
                tape.Reset();
            }));
            // Shards are taken by the threads in turn.
            var turns = (GradientStep.Shards + _workers - 1) / _workers;
            var perShard = (double)_batch / GradientStep.Shards;
            return turns * perShard * (round / (_examples * _share) + _readSeconds);
        }

        /// <summary>Seconds that the update of so many weights takes.</summary>
        public double Update(long length)
        {
            var some = Math.Min(length, MostUpdate);
            var set = new ParameterSet();
            set.Add(new Parameter("some", new Shape(1, (int)((some + 15) / 16), 16), (_, _) => 0));
            set.Allocate(null);
            var optimizer = new Optimizer(set);
            var shards = new FloatBlock[GradientStep.Shards];
            for (var i = 0; i < shards.Length; i++) shards[i] = new FloatBlock(set.Length);
            return Time(() => optimizer.Update(shards, 1e-9, _threads)) * length / set.Length;
        }

        /// <summary>Seconds that scoring takes for an example, all threads at work.</summary>
        public double Score()
        {
            var tapes = new Tape[_threads];
            var round = Time(() => ParallelShards.Run(_threads, _threads, (_, worker) =>
            {
                var tape = tapes[worker] ??= new Tape();
                for (var member = 0; member < Math.Min(_model.Members, 2); member++)
                {
                    tape.Reset();
                    _model.LogProbabilities(tape, _symbols, member: member);
                }
            }));
            return (round * _model.Members / Math.Min(_model.Members, 2) / (_examples * _share) + _readSeconds) / _threads;
        }

        /// <summary>Seconds that drawing so many examples takes.</summary>
        public double Draw(int count)
        {
            var size = Walk.PieceOf(count, _threads);
            var predictor = _model.Predict(size, new int[_model.Classes > 0 ? size : 0]);
            var (symbols, cumulatives) = (new int[size], new Cumulative?[size]);
            var clock = Stopwatch.StartNew();
            while (predictor.Position < predictor.Count && (clock.Elapsed.TotalSeconds < LeastSeconds || predictor.Position < 16))
            {
                _cancellation.ThrowIfCancellationRequested();
                var distributions = predictor.Next();
                for (var b = 0; b < size; b++) distributions.Begin(b, ref cumulatives[b]);
                predictor.Observe(symbols);
            }
            var pieces = (count + size - 1) / size;
            return clock.Elapsed.TotalSeconds * predictor.Count / predictor.Position * ((pieces + _threads - 1) / _threads);
        }

        // The mean of some rounds after a first one, which is for compiling and for buffers, unless that alone takes long.
        double Time(Action round)
        {
            var clock = Stopwatch.StartNew();
            Once();
            if (clock.Elapsed.TotalSeconds > 2 * LeastSeconds) return clock.Elapsed.TotalSeconds;
            clock.Restart();
            var rounds = 0;
            while (rounds < LeastRounds || clock.Elapsed.TotalSeconds < LeastSeconds && rounds < MostRounds)
            {
                Once();
                rounds++;
            }
            return clock.Elapsed.TotalSeconds / rounds;

            void Once()
            {
                _cancellation.ThrowIfCancellationRequested();
                round();
            }
        }

        // The upper left part of so large a share, wide enough that its edges do not count.
        static Space Part(Space whole, double share)
        {
            if (share >= 1) return whole;
            var positions = Math.Max(share * whole.Positions, LeastSide * LeastSide);
            var width = (int)Math.Min(whole.Width, Math.Max(LeastSide, Math.Sqrt(positions)));
            return whole with { Width = width, Height = (int)Math.Clamp(positions / width, 1, whole.Height) };
        }

        static int[] Cut(int[] item, Space whole, Space part)
        {
            if (part == whole) return item;
            var (from, row) = (whole.Width * whole.Symbols, part.Width * part.Symbols);
            var cut = new int[part.Dimensions];
            for (var i = 0; i < part.Height; i++) item.AsSpan(i * from, row).CopyTo(cut.AsSpan(i * row));
            return cut;
        }
    }
}
