using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace GBlend.MLNet.Tests;

/// <summary>What is read back equals what was written, whatever the widths, the numbers of rows that were announced and the budget.</summary>
[Trait("Speed", "Slow")]
public sealed class RowWriterProperties
{
    [Property(MaxTest = 150, Arbitrary = [typeof(Plans)])]
    public void Rows_are_read_back_as_they_were_written(Plan plan) => Check(plan);

    [Theory]
    [InlineData(3000, 512, 5)]
    [InlineData(3000, 4096, 5)]
    [InlineData(3000, 4096, 10)]
    [InlineData(3000, 4090, 16)]
    public void Columns_whose_last_piece_in_memory_is_as_long_as_the_stage_are_read_back(int rows, int width, int megabytes)
    {
        foreach (int? announced in new int?[] { null, rows })
            Check(new(rows, [new(width, false, announced)], (long)megabytes << 20));
    }

    /// <summary>A column of a plan.</summary>
    /// <param name="Width">Elements per row.</param>
    /// <param name="HasBytes">Bytes, or floats.</param>
    /// <param name="Announced">The rows that the writer expects.</param>
    public sealed record Column(int Width, bool HasBytes, int? Announced);

    /// <summary>Columns that are written side by side under one budget.</summary>
    /// <param name="Rows">Rows of every column.</param>
    /// <param name="Columns">The columns.</param>
    /// <param name="Budget">Bytes, from nothing to a little more than all rows.</param>
    public sealed record Plan(int Rows, IReadOnlyList<Column> Columns, long Budget)
    {
        public override string ToString() => $"{Rows} rows, budget {Budget}: {string.Join("; ", Columns)}";
    }

    public static class Plans
    {
        private const long MostBytes = 48 << 20;

        public static Arbitrary<Plan> Plan() => Arb.From(
            from columns in Gen.Elements(1, 1, 1, 2, 3)
            from widths in Gen.OneOf(Gen.Choose(1, 5000), Gen.Elements(1, 256, 512, 1024, 2048, 4090, 4096)).ArrayOf(columns)
            from bytes in Gen.Elements(false, false, true).ArrayOf(columns)
            let rowBytes = widths.Zip(bytes, (width, isByte) => (long)width * (isByte ? 1 : sizeof(float))).Sum()
            from rows in Gen.OneOf(Gen.Choose(0, 600), Gen.Choose(0, (int)Math.Min(MostBytes / rowBytes, 20_000)))
            from announced in Gen.OneOf(
                Gen.Constant((int?)null), Gen.Constant((int?)null), Gen.Constant((int?)rows), Gen.Choose(1, 2 * rows + 1).Select(n => (int?)n)).ArrayOf(columns)
            from share in Gen.Choose(0, 110)
            select new Plan(rows, [.. widths.Zip(bytes, announced).Select(c => new Column(c.First, c.Second, c.Third))], rows * rowBytes * share / 100));
    }

    private static void Check(Plan plan)
    {
        using var memory = new RowMemory(plan.Budget);
        Written[] columns = [.. plan.Columns.Select((c, i) => c.HasBytes ? (Written)new Written<byte>(c, i, memory) : new Written<float>(c, i, memory))];
        for (int row = 0; row < plan.Rows; row++)
        {
            foreach (var column in columns)
                column.Add(row);
        }
        foreach (var column in columns)
            column.Finish();
        Assert.All(columns, column => column.Check(plan.Rows));
    }

    private abstract class Written
    {
        internal abstract void Add(int row);

        internal abstract void Finish();

        internal abstract void Check(int rows);
    }

    private sealed class Written<T>(Column column, int seed, RowMemory memory) : Written where T : unmanaged
    {
        private readonly RowWriter<T> _writer = new(column.Width, column.Announced, memory);
        private readonly byte[] _expected = new byte[column.Width * Marshal.SizeOf<T>()];
        private RowColumn<T>? _column;

        internal override void Add(int row) => Values(row).CopyTo(MemoryMarshal.AsBytes(_writer.Add()));

        internal override void Finish() => _column = _writer.Finish();

        internal override void Check(int rows)
        {
            Assert.Equal(rows, _column!.Count);
            byte[] buffer = [];
            for (int row = 0; row < rows; row++)
            {
                if (!_column.Read(row, 0, column.Width, ref buffer).SequenceEqual(Values(row)))
                    Assert.Fail($"Row {row} of {rows} of the column {column} is not what was written.");
            }
        }

        /// <summary>Bytes that differ from row to row.</summary>
        private ReadOnlySpan<byte> Values(int row)
        {
            _expected.AsSpan().Fill((byte)(row * 31 + seed));
            BitConverter.TryWriteBytes(_expected, row);
            return _expected;
        }
    }
}
