using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Likely.Coding;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Decodes a block of items step by step. Its items are dealt to threads; each computes the distributions of its items at once, waits
/// for its turn at the one stream, decodes its symbols, passes the turn on, and goes on to the next step while others decode. Where waiting for turns
/// takes longer than the work of all, as where steps are small or other processes hold the processors, the first thread goes on alone.
/// </summary>
sealed class BlockDecoder
{
    const int LargestGroup = 64, Stretch = 1 << 12, Trial = 64; // items; symbols; steps between two looks at the clock

    readonly RangeDecoder _decoder;
    readonly byte[] _symbols;
    readonly int _dimensions, _symbolBytes;
    readonly Action<long>? _done;
    readonly CancellationToken _cancellation;
    readonly Group[][] _crew;
    long _turn, _waited;
    int _alone; // the last step that is shared
    Exception? _fault;

    BlockDecoder(RangeDecoder decoder, byte[] symbols, SizedModel sized, Group[][] crew, int alone, Action<long>? done, CancellationToken cancellation) =>
        (_decoder, _symbols, _dimensions, _symbolBytes, _crew, _alone, _done, _cancellation) = (decoder, symbols, sized.Space.Dimensions, sized.SymbolBytes, crew, alone, done, cancellation);

    /// <summary>The symbols of the items, one item after the other.</summary>
    /// <param name="sized">The model.</param>
    /// <param name="stream">The block without its check sum.</param>
    /// <param name="count">Items.</param>
    /// <param name="labels">One an item, or none.</param>
    /// <param name="threads">Threads for this block.</param>
    /// <param name="batch">Items of one predictor; 0: as many as sampling takes.</param>
    /// <param name="done">Told the number of symbols decoded since it was last told; from any thread.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="alone">The step after which the first thread goes on alone, if waiting has not made it so before.</param>
    public static byte[] Decode(SizedModel sized, ReadOnlySpan<byte> stream, int count, ReadOnlySpan<int> labels, int threads, int batch, Action<long>? done, CancellationToken cancellation, int alone = int.MaxValue)
    {
        var decoder = new RangeDecoder(stream);
        if (!decoder.DecodeBit(BlockLayout.Unmodelled)) return DecodeItems(sized, decoder, count, labels, threads, batch, done, cancellation, alone);
        var symbols = new byte[(long)count * sized.Space.Dimensions];
        foreach (ref var symbol in symbols.AsSpan()) symbol = (byte)Uniform(decoder, sized.Space.Levels);
        done?.Invoke(symbols.Length);
        return symbols;
    }

    /// <summary>The same of a stream that has been begun and says that the model codes what follows; symbols are of one byte or of two, the low one first.</summary>
    public static byte[] DecodeItems(SizedModel sized, RangeDecoder decoder, int count, ReadOnlySpan<int> labels, int threads, int batch, Action<long>? done, CancellationToken cancellation, int alone = int.MaxValue)
    {
        var (model, dimensions) = (sized.Model, sized.Space.Dimensions);
        var symbols = new byte[(long)count * dimensions * sized.SymbolBytes];
        var members = new int[count];
        if (model.Members > 1)
            for (var i = 0; i < count; i++) members[i] = Uniform(decoder, model.Members);
        var places = BlockLayout.Places(members);
        var largest = batch > 0 ? batch : Math.Clamp((count + threads - 1) / threads, 1, LargestGroup);
        var groups = BlockLayout.Groups(places, members, largest);
        // Threads get consecutive groups, nearly equally many.
        var crew = new Group[Math.Clamp(threads, 1, groups.Count)][];
        for (var k = 0; k < crew.Length; k++)
        {
            int first = groups.Count * k / crew.Length, end = groups.Count * (k + 1) / crew.Length;
            crew[k] = new Group[end - first];
            for (var i = first; i < end; i++)
            {
                var items = places[groups[i].First..(groups[i].First + groups[i].Count)];
                var own = labels.IsEmpty ? [] : new int[items.Length];
                for (var e = 0; e < own.Length; e++) own[e] = labels[items[e]];
                crew[k][i - first] = new Group(sized, members[items[0]], items, own);
            }
        }
        new BlockDecoder(decoder, symbols, sized, crew, crew.Length > 1 ? alone : int.MaxValue, done, cancellation).Run();
        return symbols;
    }

    void Run()
    {
        var others = new Thread[_crew.Length - 1];
        for (var k = 0; k < others.Length; k++)
        {
            var worker = k + 1;
            others[k] = new Thread(() => Work(worker)) { IsBackground = true, Name = "decode" };
            others[k].Start();
        }
        Work(0);
        foreach (var other in others) other.Join();
        if (_fault is not null) ExceptionDispatchInfo.Throw(_fault);
    }

    void Work(int worker)
    {
        try
        {
            var groups = _crew[worker];
            foreach (var group in groups) group.Begin();
            long count = _symbols.Length / (_dimensions * _symbolBytes), stretch = Math.Max(1, Stretch / count), begin = Stopwatch.GetTimestamp();
            for (var step = 0; step < _dimensions; step++)
            {
                _cancellation.ThrowIfCancellationRequested();
                foreach (var group in groups) group.Prepare();
                if (step <= _alone && !Wait((long)step * _crew.Length + worker)) return;
                foreach (var group in groups) group.Decode(_decoder, _symbols, step);
                if (worker == 0 && step < _alone && (step + 1) % Trial == 0) LookAtClock(step, ref begin);
                if (step == _alone)
                {
                    // Whoever takes these groups over finds them observed: only then is the turn passed on.
                    foreach (var group in groups) group.Observe();
                    Volatile.Write(ref _turn, (long)step * _crew.Length + worker + 1);
                    if (worker > 0 || !Wait((step + 1L) * _crew.Length)) return;
                    groups = [.. _crew.SelectMany(own => own)];
                }
                else
                {
                    if (step < _alone) Volatile.Write(ref _turn, (long)step * _crew.Length + worker + 1);
                    foreach (var group in groups) group.Observe();
                }
                if (worker == 0 && ((step + 1) % stretch == 0 || step + 1 == _dimensions)) _done?.Invoke(count * ((step % stretch) + 1));
            }
        }
        catch (Exception fault)
        {
            Interlocked.CompareExchange(ref _fault, fault, null);
        }
    }

    // On the first thread, while it has the turn: whether this step is the last one that is shared. Working is all of the time that was not spent waiting.
    void LookAtClock(int step, ref long begin)
    {
        var now = Stopwatch.GetTimestamp();
        if (_crew.Length > 1 && _waited > (now - begin - _waited) * _crew.Length) _alone = step;
        (begin, _waited) = (now, 0);
    }

    // Turns are short, so a thread spins; false if another one has failed.
    bool Wait(long turn)
    {
        if (Volatile.Read(ref _turn) == turn) return true;
        var (spin, begin) = (new SpinWait(), Stopwatch.GetTimestamp());
        while (Volatile.Read(ref _turn) != turn)
        {
            if (Volatile.Read(ref _fault) is not null) return false;
            spin.SpinOnce(sleep1Threshold: -1);
        }
        if (turn % _crew.Length == 0) _waited += Stopwatch.GetTimestamp() - begin; // the first thread's
        return true;
    }

    internal static int Uniform(RangeDecoder decoder, int count)
    {
        var target = decoder.Target();
        var value = (int)((ulong)target * (ulong)count >> FrequencyTable.Bits);
        while (value + 1 < count && FrequencyTable.Uniform(value + 1, count) <= target) value++;
        decoder.Consume(FrequencyTable.Uniform(value, count), FrequencyTable.Uniform(value + 1, count) - FrequencyTable.Uniform(value, count));
        return value;
    }

    /// <summary>Items that one predictor carries, and the distributions of their next symbols.</summary>
    sealed class Group(SizedModel sized, int member, int[] items, int[] labels)
    {
        readonly int _dimensions = sized.Space.Dimensions;
        readonly bool _isBit = sized.IsBinary;
        readonly int[] _next = new int[items.Length];
        readonly Cumulative?[] _cumulatives = new Cumulative?[sized.IsBinary ? 0 : items.Length];
        readonly float[] _ones = new float[sized.IsBinary ? items.Length : 0];
        readonly uint[] _bits = new uint[sized.IsBinary ? items.Length : 0];
        IPredictor _predictor = null!;

        /// <summary>Makes the predictor, on the thread that will use it.</summary>
        public void Begin() => _predictor = sized.Model.Predict(items.Length, labels, member, sized.Space.Extent);

        public void Prepare()
        {
            var distributions = _predictor.Next();
            if (_isBit)
            {
                distributions.ProbabilitiesOfOne(_ones);
                for (var i = 0; i < items.Length; i++) _bits[i] = FrequencyTable.FromProbability(_ones[i]);
                return;
            }
            for (var i = 0; i < items.Length; i++) distributions.Begin(i, ref _cumulatives[i]);
        }

        public void Decode(RangeDecoder decoder, byte[] symbols, int step)
        {
            var dimension = _predictor.DimensionAt(step);
            for (var i = 0; i < items.Length; i++)
            {
                _next[i] = _isBit ? decoder.DecodeBit(_bits[i]) ? 1 : 0 : Coder.DecodeShare(decoder, _cumulatives[i]!);
                var at = (long)items[i] * _dimensions + dimension;
                if (sized.SymbolBytes == 1) symbols[at] = (byte)_next[i];
                else BinaryPrimitives.WriteUInt16LittleEndian(symbols.AsSpan(checked((int)(sizeof(ushort) * at))), (ushort)_next[i]);
            }
        }

        public void Observe() => _predictor.Observe(_next);
    }
}
