using Likely.Data;
using Likely.Models;
using Likely.Tests.Archives;
using Likely.Tests.Laws;
using Microsoft.ML;
using Microsoft.ML.Data;
using Xunit;

namespace Likely.Tests;

/// <summary>Columns of ML.NET's IDataView as rows, from a view that is made here: dense and sparse vectors, and numbers of both precisions.</summary>
public sealed class DataViewRowsTests
{
    // Columns: "dense" float [2], "sparse" double [3], "one" float, "two" double, "word" text, "ragged" float [any].
    sealed class View(int count) : IDataView
    {
        public DataViewSchema Schema { get; } = Make();

        public bool CanShuffle => false;

        public long? GetRowCount() => count;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(Schema, count);

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded)];

        static DataViewSchema Make()
        {
            var schema = new DataViewSchema.Builder();
            schema.AddColumn("dense", new VectorDataViewType(NumberDataViewType.Single, 2));
            schema.AddColumn("sparse", new VectorDataViewType(NumberDataViewType.Double, 3));
            schema.AddColumn("one", NumberDataViewType.Single);
            schema.AddColumn("two", NumberDataViewType.Double);
            schema.AddColumn("word", TextDataViewType.Instance);
            schema.AddColumn("ragged", new VectorDataViewType(NumberDataViewType.Single));
            return schema.ToSchema();
        }
    }

    sealed class Cursor(DataViewSchema schema, int count) : DataViewRowCursor
    {
        long _position = -1;

        public override DataViewSchema Schema => schema;
        public override long Position => _position;
        public override long Batch => 0;
        public override bool IsColumnActive(DataViewSchema.Column column) => true;
        public override bool MoveNext() => ++_position < count;
        public override ValueGetter<DataViewRowId> GetIdGetter() => throw new NotSupportedException();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Delegate getter = column.Name switch
            {
                "dense" => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => value = new VBuffer<float>(2, [_position, -_position])),
                "sparse" => (ValueGetter<VBuffer<double>>)((ref VBuffer<double> value) => value = new VBuffer<double>(3, 1, [_position + 0.5], [1])),
                "one" => (ValueGetter<float>)((ref float value) => value = 7),
                _ => (ValueGetter<double>)((ref double value) => value = 2 * _position),
            };
            return (ValueGetter<TValue>)getter;
        }
    }

    [Fact]
    public void Columns_stand_side_by_side()
    {
        var rows = new View(3).ToRows("sparse", "one", "dense", "two");
        Assert.Equal((3, 7), (rows.Count, rows.Space.Dimensions));
        var values = new float[14];
        rows.Read(1, values);
        Assert.Equal([0, 1.5f, 0, 7, 1, -1, 2, 0, 2.5f, 0, 7, 2, -2, 4], values);
        Assert.Equal(2, new PcaConfig { Components = 2 }.Fit(new View(40).ToRows("dense", "two")).Width);
    }

    [Theory]
    [InlineData("word", "is of")]
    [InlineData("ragged", "no one length")]
    [InlineData("absent", "there are dense, sparse, one, two, word, ragged")]
    public void What_is_no_row_is_refused(string column, string sentence) => Assert.Contains(sentence, Assert.Throws<ArgumentException>(() => new View(2).ToRows(column)).Message, StringComparison.Ordinal);

    [Fact]
    public void Rows_are_judged_as_they_come()
    {
        using var folder = new TemporaryFolder();
        var values = FeatureCase.Values(300, 3);
        File.WriteAllBytes(folder["rows.npy"], [.. Npy.Header(300, 3), .. Npy.Elements([.. values.Cast<float>()])]);
        using var data = Dataset.Open(folder["rows.npy"], new DataOptions { As = Modality.Vectors });
        var checkpoint = new Checkpoint(new GaussianMixtureConfig { Components = 2 }.Fit(new SplitRows(data.Train)), [], "as=vectors");
        var detector = new Detector(checkpoint, Calibration.Measure(checkpoint, data.Test));
        var verdicts = detector.Judge(new View(5), "dense", "two").ToArray();
        Assert.Equal(5, verdicts.Length);
        for (var i = 0; i < 5; i++) Assert.Equal(detector.Judge(new View(5).ToRows("dense", "two") is var rows ? Row(rows, i) : []).P, verdicts[i].P);
        Assert.Throws<ArgumentException>(() => detector.Judge(new View(5), "two").ToArray());
        Assert.Throws<ArgumentException>(() => detector.Judge(new View(5)));

        static float[] Row(Rows rows, int index)
        {
            var row = new float[rows.Space.Dimensions];
            rows.Read(index, row);
            return row;
        }
    }

    [Fact]
    public void Nothing_makes_no_rows()
    {
        Assert.Throws<ArgumentException>(() => new View(0).ToRows("one"));
        Assert.Throws<ArgumentException>(() => new View(2).ToRows());
    }
}
