using System.Buffers.Binary;
using System.Text;

namespace GBlend.MLNet.Native;

/// <summary>As much of the ELF format as it takes to find and to redirect one version need. Every read is within a checked range.</summary>
internal sealed class ElfLibrary
{
    /// <summary>The symbol version that GCC 13 brought.</summary>
    internal const string UnwantedVersion = "GLIBCXX_3.4.32";

    /// <summary>The symbol version that every libstdc++ has had since GCC 3.4.</summary>
    private const string BaseVersion = "GLIBCXX_3.4";

    /// <summary>
    /// std::ios_base_library_init(): GCC 13's iostream header names it in order to link only to a libstdc++ that prepares std::cout and its
    /// like by itself. Nothing calls it. libtorch, loaded before, prepares the streams in the older way.
    /// </summary>
    private const string Marker = "_ZSt21ios_base_library_initv";

    /// <summary>The length of the header that a file begins with.</summary>
    private const int HeaderSize = 64;

    private const uint RelocationTable = 4, SymbolTable = 11, VersionNeeds = 0x6ffffffe, SymbolVersions = 0x6fffffff;
    private const int SymbolSize = 24, RelocationSize = 24;

    private readonly byte[] _bytes;
    private readonly List<Section> _sections;

    private ElfLibrary(byte[] bytes)
    {
        _bytes = bytes;
        // The magic number, 64 bits, little endian; and 62 for x64.
        if (!Range(0, HeaderSize)[..6].SequenceEqual("\u007fELF\u0002\u0001"u8) || UInt16(Range(0, HeaderSize), 18) != 62)
            throw new InvalidDataException("It is not an ELF library for x64.");
        _sections = [.. ReadSections()];
    }

    /// <summary>Tells whether a stream over a library holds all of it, as far as its header says.</summary>
    internal static bool IsComplete(Stream library)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (library.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            return false;
        // Linkers write the table of sections last.
        (long table, int size, int count) = SectionTable(header);
        return table + ((long)size * count) <= library.Length;
    }

    /// <summary>Returns a library that does not ask for the unwanted version, or <paramref name="library"/> itself if it never did.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a sound x64 ELF library, or it really uses what that version brings.</exception>
    internal static byte[] WithoutIostreamMarker(byte[] library)
    {
        ElfLibrary elf = new(library);
        List<VersionNeed> needs = elf.ReadVersionNeeds();
        int unwanted = needs.FindIndex(need => need.Name == UnwantedVersion);
        if (unwanted < 0)
            return library;
        int substitute = needs.FindIndex(need => need.Name == BaseVersion && need.Library == needs[unwanted].Library);
        if (substitute < 0)
            throw new InvalidDataException($"It needs {UnwantedVersion} but not {BaseVersion}.");
        elf.RequireUnused(needs[unwanted].Index);
        return Redirect(library, needs[unwanted].Offset, needs[substitute].Offset);
    }

    /// <summary>Makes one version need ask for what another one asks for: the hash of the version's name, and the name.</summary>
    private static byte[] Redirect(byte[] library, int from, int to)
    {
        byte[] patched = [.. library];
        library.AsSpan(to, 4).CopyTo(patched.AsSpan(from));
        library.AsSpan(to + 8, 4).CopyTo(patched.AsSpan(from + 8));
        return patched;
    }

    /// <summary>Throws if the library has any use for a symbol of this version, other than to name the marker.</summary>
    private void RequireUnused(int version)
    {
        Section symbols = Single(SymbolTable);
        ReadOnlySpan<byte> entries = Content(symbols);
        ReadOnlySpan<byte> versions = Content(Single(SymbolVersions));
        HashSet<uint> markers = [];
        for (int i = 0; i < entries.Length / SymbolSize; i++)
        {
            // The highest bit says that a symbol is hidden.
            if ((UInt16(versions, 2L * i) & 0x7fff) != version)
                continue;
            string name = Text(symbols.Link, UInt32(entries, (long)i * SymbolSize));
            if (name != Marker)
                throw new InvalidDataException($"It uses the unexpected symbol {name} of {UnwantedVersion}.");
            markers.Add((uint)i);
        }
        if (_sections.Where(section => section.Type == RelocationTable).Any(section => Relocates(section, markers)))
            throw new InvalidDataException($"It calls {Marker} of {UnwantedVersion}.");
    }

    /// <summary>Whether any address in the library is to be replaced by that of one of these symbols.</summary>
    private bool Relocates(Section section, HashSet<uint> symbols)
    {
        ReadOnlySpan<byte> entries = Content(section);
        for (int i = 0; i < entries.Length / RelocationSize; i++)
        {
            if (symbols.Contains(UInt32(entries, ((long)i * RelocationSize) + 12)))
                return true;
        }
        return false;
    }

    private IEnumerable<Section> ReadSections()
    {
        (long table, int size, int count) = SectionTable(_bytes);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = Range(table + ((long)i * size), 0x40);
            yield return new Section(
                Type: UInt32(header, 4),
                Offset: BinaryPrimitives.ReadInt64LittleEndian(header[0x18..]),
                Size: BinaryPrimitives.ReadInt64LittleEndian(header[0x20..]),
                Link: UInt32(header, 0x28));
        }
    }

    private static (long Offset, int EntrySize, int Count) SectionTable(ReadOnlySpan<byte> header) =>
        (BinaryPrimitives.ReadInt64LittleEndian(Range(header, 0x28, 8)), UInt16(header, 0x3A), UInt16(header, 0x3C));

    /// <summary>Walks the list of needed libraries, and for each the list of the versions needed of it.</summary>
    private List<VersionNeed> ReadVersionNeeds()
    {
        List<VersionNeed> needs = [];
        if (!_sections.Exists(section => section.Type == VersionNeeds))
            return needs;
        Section section = Single(VersionNeeds);
        ReadOnlySpan<byte> content = Content(section);
        // Both lists are linked by distances, of which 0 ends a list. The others go forwards, so that the section's end is reached at last.
        for (long library = 0, next = -1; next != 0; library += next)
        {
            next = UInt32(content, library + 12);
            long version = library + UInt32(content, library + 8);
            for (long nextVersion = -1; nextVersion != 0; version += nextVersion)
            {
                nextVersion = UInt32(content, version + 12);
                needs.Add(new VersionNeed(
                    Offset: (int)(section.Offset + version),
                    Library: Text(section.Link, UInt32(content, library + 4)),
                    Name: Text(section.Link, UInt32(content, version + 8)),
                    Index: UInt16(content, version + 6)));
            }
        }
        return needs;
    }

    private Section Single(uint type) => _sections.FindAll(section => section.Type == type) is [var only] ? only : throw Damaged();

    private ReadOnlySpan<byte> Content(Section section) => Range(section.Offset, section.Size);

    private string Text(uint section, uint offset)
    {
        ReadOnlySpan<byte> texts = Content(section < _sections.Count ? _sections[(int)section] : throw Damaged());
        ReadOnlySpan<byte> text = offset < texts.Length ? texts[(int)offset..] : throw Damaged();
        int length = text.IndexOf((byte)0);
        return length >= 0 ? Encoding.ASCII.GetString(text[..length]) : throw Damaged();
    }

    private ReadOnlySpan<byte> Range(long offset, long size) => Range(_bytes, offset, size);

    private static ReadOnlySpan<byte> Range(ReadOnlySpan<byte> bytes, long offset, long size) =>
        offset >= 0 && size >= 0 && size <= bytes.Length && offset <= bytes.Length - size ? bytes.Slice((int)offset, (int)size) : throw Damaged();

    private static uint UInt32(ReadOnlySpan<byte> bytes, long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Range(bytes, offset, 4));

    private static ushort UInt16(ReadOnlySpan<byte> bytes, long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Range(bytes, offset, 2));

    private static InvalidDataException Damaged() => new("The file is damaged or incomplete.");

    private readonly record struct Section(uint Type, long Offset, long Size, uint Link);

    private readonly record struct VersionNeed(int Offset, string Library, string Name, int Index);
}
