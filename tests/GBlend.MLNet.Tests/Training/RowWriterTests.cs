namespace GBlend.MLNet.Tests;

public sealed class RowWriterTests
{
    private const int Width = 1000;

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData(100, 0, true)]
    [InlineData(100, 100, true)]
    [InlineData(3000, 0, true)]
    [InlineData(3000, 3000, true)]
    [InlineData(3000, 3000, false)]
    [InlineData(3000, 0, false)]
    [InlineData(3000, 10, false)]
    [InlineData(10, 3000, true)]
    public void Finish_gives_back_the_rows_in_memory_or_beyond_the_budget(int rows, int expected, bool fits)
    {
        using var memory = new RowMemory(fits ? 1L << 30 : 1 << 20);
        var column = Write(rows, expected == 0 ? null : expected, memory);
        Assert.Equal((rows, fits, !fits), (column.Count, column.IsInMemory, memory.HasSpilled));
        Assert.Equal(fits, column.AsTensor() is not null);
        byte[] buffer = [];
        foreach (int row in new[] { 0, rows / 2, rows - 1, 1, 255 % rows, 256 % rows, 257 % rows })
            Assert.Equal([Value(row, 3), Value(row, 4)], column.Read(row, 3, 2, ref buffer).ToArray().Chunk(4).Select(b => BitConverter.ToSingle(b)));
        Assert.Equal(Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(0, Width).Select(i => Value(row, i))), column.ToArray());
    }

    [Fact]
    public void Set_changes_rows_wherever_they_are()
    {
        using var memory = new RowMemory(1 << 20);
        var column = Write(2000, 2000, memory);
        var buffer = new float[Width];
        foreach (int row in new[] { 0, 1999 })
        {
            var values = column.Get(row, buffer);
            values[7] = -1;
            column.Set(row, values);
        }
        Assert.Equal([-1, Value(1000, 7), -1], new[] { 0, 1000, 1999 }.Select(row => column.Get(row, buffer)[7]));
    }

    [Fact]
    public void Spilled_file_has_no_name()
    {
        // In a folder of its own: others spill at the same time.
        string folder = Directory.CreateTempSubdirectory("gblend-spill-").FullName;
        using (var file = new SpillFile(folder))
        {
            file.Append([1, 2, 3]);
            if (!OperatingSystem.IsWindows())
                Assert.Empty(Directory.GetFiles(folder));
        }
        Directory.Delete(folder);
    }

    [Fact]
    public void Memory_taken_stays_within_the_budget()
    {
        const long Budget = 5 << 20;
        using var memory = new RowMemory(Budget);
        var column = Write(5000, null, memory);
        Assert.InRange(memory.Left, 0, Budget / 4);
        Assert.False(column.IsInMemory);
    }

    private static float Value(int row, int i) => row * 3 + i;

    private static RowColumn<float> Write(int rows, int? expected, RowMemory memory)
    {
        var writer = new RowWriter<float>(Width, expected, memory);
        for (int row = 0; row < rows; row++)
        {
            var values = writer.Add();
            for (int i = 0; i < Width; i++)
                values[i] = Value(row, i);
        }
        return writer.Finish();
    }
}
