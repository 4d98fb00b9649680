using GBlend.MLNet.Native;
using TorchSharp;

namespace GBlend.MLNet.Tests.Native;

public class TorchNativeLoaderTests
{
    private const string UnwantedVersion = "GLIBCXX_3.4.32";

    [Fact]
    public void Torch_computes_once_the_loader_has_run()
    {
        TorchNativeLoader.EnsureLoaded();
        using torch.Tensor sum = torch.ones(2, 2).sum();
        Assert.Equal(4f, sum.item<float>());
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cpu")), "TorchSharp has fallen back to copying libtorch.");
    }

    [Fact]
    public void The_real_library_loses_its_need_and_nothing_else()
    {
        if (RealLibrary() is not { } library)
            return;
        byte[] patched = ElfLibrary.WithoutIostreamMarker(library);
        Assert.DoesNotContain(UnwantedVersion, VersionNeeds(patched));
        Assert.Equal(library.Length, patched.Length);
        int changed = library.Zip(patched).Count(pair => pair.First != pair.Second);
        Assert.InRange(changed, VersionNeeds(library).Contains(UnwantedVersion) ? 1 : 0, 8);
        Assert.Same(patched, ElfLibrary.WithoutIostreamMarker(patched));
    }

    [Fact]
    public void A_library_loses_its_need_once()
    {
        SyntheticElf elf = new();
        byte[] library = elf.Build();
        byte[] original = [.. library];
        byte[] patched = ElfLibrary.WithoutIostreamMarker(library);
        Assert.Equal([UnwantedVersion, "GLIBCXX_3.4"], VersionNeeds(library));
        Assert.Equal(["GLIBCXX_3.4", "GLIBCXX_3.4"], VersionNeeds(patched));
        Assert.Equal(original, library);
        Assert.Same(patched, ElfLibrary.WithoutIostreamMarker(patched));
    }

    [Fact]
    public void A_library_without_the_need_comes_back_unchanged()
    {
        byte[] library = new SyntheticElf { Version = "GLIBCXX_3.4.29" }.Build();
        byte[] original = [.. library];
        Assert.Same(library, ElfLibrary.WithoutIostreamMarker(library));
        Assert.Equal(original, library);
    }

    [Fact]
    public void A_library_that_uses_another_symbol_of_the_version_is_refused()
    {
        byte[] library = new SyntheticElf { Symbol = "_ZNSt6chrono4tzdbE" }.Build();
        Assert.Contains("_ZNSt6chrono4tzdbE", Assert.Throws<InvalidDataException>(() => ElfLibrary.WithoutIostreamMarker(library)).Message);
    }

    [Fact]
    public void A_library_that_calls_the_marker_is_refused()
    {
        byte[] library = new SyntheticElf { IsSymbolCalled = true }.Build();
        Assert.Contains("calls", Assert.Throws<InvalidDataException>(() => ElfLibrary.WithoutIostreamMarker(library)).Message);
    }

    [Fact]
    public void A_library_with_no_version_to_ask_for_instead_is_refused()
    {
        byte[] library = new SyntheticElf { Substitute = "GLIBCXX_3.4.11" }.Build();
        Assert.Contains("but not GLIBCXX_3.4", Assert.Throws<InvalidDataException>(() => ElfLibrary.WithoutIostreamMarker(library)).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(100_000)]
    public void Bytes_that_are_no_library_are_refused(int length)
    {
        byte[] garbage = new byte[length];
        new Random(length).NextBytes(garbage);
        Assert.Matches("ELF|damaged", Assert.Throws<InvalidDataException>(() => ElfLibrary.WithoutIostreamMarker(garbage)).Message);
    }

    [Fact]
    public void A_truncated_library_is_refused()
    {
        byte[] synthetic = new SyntheticElf().Build();
        for (int length = 0; length < synthetic.Length; length++)
            Assert.Throws<InvalidDataException>(() => ElfLibrary.WithoutIostreamMarker(synthetic[..length]));

        if (RealLibrary() is not { } library)
            return;
        Random random = new(1);
        for (int i = 0; i < 200; i++)
            Assert.Throws<InvalidDataException>(() => ElfLibrary.WithoutIostreamMarker(library[..random.Next(library.Length)]));
    }

    [Fact]
    public void A_file_that_ends_too_early_is_seen_from_its_header()
    {
        byte[] library = new SyntheticElf().Build();
        Assert.True(ElfLibrary.IsComplete(new MemoryStream(library)));
        for (int length = 0; length < library.Length; length++)
            Assert.False(ElfLibrary.IsComplete(new MemoryStream(library, 0, length)));
    }

    [Fact]
    public void An_altered_library_is_patched_or_refused_but_never_breaks_the_reader()
    {
        byte[] library = new SyntheticElf().Build();
        Random random = new(2);
        for (int i = 0; i < 50_000; i++)
        {
            byte[] altered = [.. library];
            for (int k = random.Next(1, 4); k > 0; k--)
                altered[random.Next(altered.Length)] = random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => (byte)random.Next(256) };
            Exception? failure = Record.Exception(() => ElfLibrary.WithoutIostreamMarker(altered));
            Assert.True(failure is null or InvalidDataException, failure?.ToString());
        }
    }

    private static byte[]? RealLibrary()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <summary>A second, naive reader of the versions that a sound library needs.</summary>
    private static List<string> VersionNeeds(byte[] library)
    {
        long table = BitConverter.ToInt64(library, 0x28);
        int Header(int index) => (int)table + (index * 64);
        int Int(long offset) => BitConverter.ToInt32(library, (int)offset);
        int section = Enumerable.Range(0, library[0x3C]).Single(i => Int(Header(i) + 4) == 0x6ffffffe);
        long texts = BitConverter.ToInt64(library, Header(Int(Header(section) + 0x28)) + 0x18);
        List<string> names = [];
        long need = BitConverter.ToInt64(library, Header(section) + 0x18);
        for (int next = -1; next != 0; need += next)
        {
            next = Int(need + 12);
            long version = need + Int(need + 8);
            for (int count = BitConverter.ToUInt16(library, (int)need + 2); count > 0; count--, version += Int(version + 12))
            {
                long text = texts + Int(version + 8);
                names.Add(System.Text.Encoding.ASCII.GetString(library, (int)text, Array.IndexOf(library, (byte)0, (int)text) - (int)text));
            }
        }
        return names;
    }
}
