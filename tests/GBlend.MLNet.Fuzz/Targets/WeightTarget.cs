using static GBlend.MLNet.Tests.TestWeightFiles;

namespace GBlend.MLNet.Fuzz;

/// <summary>Weight files: safetensors and what PyTorch writes, now and before.</summary>
internal sealed class WeightTarget : Target
{
    /// <summary>For small files; larger ones may take four times their size.</summary>
    private const long FreeBytes = 1 << 20;

    internal override string Name => "weights";

    internal override int Megabytes => 64;

    internal override void WriteSeeds(string folder, int most)
    {
        void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(folder, name), content);
        Write("dict.pt", Zip(Pickle()));
        Write("legacy.pth", Legacy(Pickle(isLegacy: true)));
        Write("named.pt", Zip(Pickle("module.")));
        Write("dict.safetensors", Save(Load(Zip(Pickle()))));
        var large = new Dictionary<string, StateTensor>();
        for (int i = 0; i < 40; i++)
            large[$"layers.{i}.weight"] = StateTensor.FromFloats([6, 8], [.. Enumerable.Range(0, 48).Select(n => n * 0.25f)]);
        Write("layers.safetensors", Save(new(large)));
        string more = """
            {"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"I64","shape":[1,2],"data_offsets":[6,22]},
            "c":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[22,26]},"d":{"dtype":"BOOL","shape":[2],"data_offsets":[26,28]},
            "e":{"dtype":"F32","shape":[0],"data_offsets":[28,28]}}
            """;
        Write("types.safetensors", Safetensors(more, 28));
    }

    internal override Mutant Mutate(Seed seed, Seed other, Random random)
    {
        // Half of PyTorch's files have the checksums of their zip right, so that what is inside is read.
        if (seed.Name != "dict.pt" || random.Next(2) == 0)
            return base.Mutate(seed, other, random);
        var (pickle, what) = Mutation.Of(Pickle(), Pickle("module."), random);
        return new(seed, other, Zip(pickle), "pickle: " + what) { IsResealed = true };
    }

    internal override bool Read(Mutant mutant, string path)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        StateDict? loaded = null;
        try
        {
            loaded = StateDict.Load(path);
        }
        catch (InvalidDataException e) when (e.InnerException is null)
        {
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before, stated = Math.Max(FreeBytes, 4L * mutant.Content.Length);
        if (allocated > stated)
            throw new FindingException("memory", $"{allocated} bytes for a file of {mutant.Content.Length}, and {stated} are stated");
        if (loaded is null)
            return false;
        foreach (var tensor in loaded.Values.Where(tensor => tensor.IsRead))
        {
            long count = tensor.Shape.Aggregate(1L, (product, size) => product * size);
            if (tensor.ToDoubles().LongLength != count)
                throw new FindingException("another answer", $"{tensor} has {tensor.ToDoubles().LongLength} numbers");
        }
        // A zip has a checksum of all that is in it.
        if (path.EndsWith(".pt", StringComparison.Ordinal) && !mutant.IsResealed && mutant.Content.AsSpan().StartsWith("PK"u8)
            && !new[] { mutant.Seed, mutant.Other }.Any(seed => AreAlike(Load(seed.Content), loaded)))
        {
            throw new FindingException("another answer where a checksum should refuse", "the tensors are none of those that were saved");
        }
        return true;
    }

    private static bool AreAlike(StateDict one, StateDict other) =>
        one.Keys.SequenceEqual(other.Keys) && one.All(pair => AreAlike(pair.Value, other[pair.Key]));

    private static bool AreAlike(StateTensor one, StateTensor other) =>
        one.Shape.SequenceEqual(other.Shape) && one.IsRead == other.IsRead && (!one.IsRead || one.ToDoubles().SequenceEqual(other.ToDoubles()));
}
