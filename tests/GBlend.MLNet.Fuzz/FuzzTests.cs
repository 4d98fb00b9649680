namespace GBlend.MLNet.Fuzz;

/// <summary>A part of what the program does, and whether it finds what it looks for.</summary>
public sealed class FuzzTests
{
    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData("media", 64)]
    [InlineData("models", 400)]
    [InlineData("weights", 2000)]
    public void Damaged_files_are_read_or_refused(string target, int count)
    {
        var findings = Run(new() { Counts = [(target, count)] }, out string output);
        Assert.True(findings.Count == 0, output);
    }

    [Trait("Speed", "Slow")]
    [Fact]
    public void What_is_planted_is_found_and_told_from_its_neighbors()
    {
        int count = PlantedTarget.Faults.Count;
        string folder = Directory.CreateTempSubdirectory("gblend-findings").FullName;
        try
        {
            var findings = Run(new() { Counts = [("planted", 2 * count)], Findings = folder, Processes = 2 }, out string output);
            // The seeds are in the order of their names, each comes twice, and only one of them is without a fault.
            string[] faults = [.. PlantedTarget.Faults.Order(StringComparer.Ordinal)];
            string[] expected = [.. Enumerable.Range(0, 2 * count).Select(i => faults[i % count]).Where(fault => fault != "none")];
            Assert.True(expected.SequenceEqual(findings.Select(f => Path.GetFileNameWithoutExtension(f.Seed))), output);
            foreach (var finding in findings)
            {
                string fault = File.ReadAllText(finding.Path);
                string expectedText = fault switch
                {
                    "crash" => "the process ended",
                    "hang" or "wait" => "a hang",
                    "memory" => "memory",
                    "exception" => "another exception",
                    _ => "another answer",
                };
                Assert.StartsWith(expectedText, finding.Text);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_same_seed_makes_the_same_files()
    {
        byte[] content = [.. Enumerable.Range(0, 2000).Select(i => (byte)i)], other = [.. Enumerable.Range(0, 300).Select(i => (byte)(3 * i))];
        for (int seed = 0; seed < 200; seed++)
            Assert.Equal(Mutation.Of(content, other, new Random(seed)).Content, Mutation.Of(content, other, new Random(seed)).Content);
        // All kinds of changes come up, and each says which it is.
        string[] said = [.. Enumerable.Range(0, 400).Select(seed => Mutation.Of(content, other, new Random(seed)).What)];
        string[] kinds =
        [
            "bit flipped", "cut at", "removed", "doubled", "copied", "overwritten", "made",
            "on another file", "before the rest", "of another file at",
        ];
        Assert.All(kinds, kind => Assert.Contains(said, s => s.Contains(kind)));
    }

    private static IReadOnlyList<Finding> Run(FuzzOptions options, out string output)
    {
        using var text = TextWriter.Synchronized(new StringWriter());
        var findings = new Fuzzer(options, text).Run(CancellationToken.None);
        output = text.ToString()!;
        return findings;
    }
}
