using System.Text;

namespace GBlend.MLNet.Tests.Native;

/// <summary>The smallest x64 library that needs two versions of libstdc++ and has one symbol of the first: tables only, no code.</summary>
internal sealed class SyntheticElf
{
    public string Version { get; init; } = "GLIBCXX_3.4.32";

    public string Substitute { get; init; } = "GLIBCXX_3.4";

    public string Symbol { get; init; } = "_ZSt21ios_base_library_initv";

    public bool IsSymbolCalled { get; init; }

    public byte[] Build()
    {
        using MemoryStream strings = new();
        uint Add(string text)
        {
            uint offset = (uint)strings.Position;
            strings.Write(Encoding.ASCII.GetBytes(text + "\0"));
            return offset;
        }
        Add("");
        uint library = Add("libstdc++.so.6"), version = Add(Version), substitute = Add(Substitute), symbol = Add(Symbol), other = Add("other");

        byte[] symbols = Bytes(w =>
        {
            w.Write(new byte[24]);
            WriteSymbol(w, symbol);
            WriteSymbol(w, other);
        });
        byte[] versions = Bytes(w =>
        {
            w.Write((ushort)0);
            w.Write((ushort)2);
            w.Write((ushort)3);
        });
        byte[] needs = Bytes(w =>
        {
            // The library: format, number of versions, name, distance to the first version, distance to the next library.
            w.Write((ushort)1);
            w.Write((ushort)2);
            w.Write(library);
            w.Write(16);
            w.Write(0);
            WriteVersion(w, hash: 0x32, index: 2, version, next: 16);
            WriteVersion(w, hash: 0x34, index: 3, substitute, next: 0);
        });
        byte[] relocations = Bytes(w =>
        {
            w.Write(0L);
            w.Write(6);
            w.Write(IsSymbolCalled ? 1 : 2);
            w.Write(0L);
        });
        return Assemble((0, [], 0), (11, symbols, 2), (3, strings.ToArray(), 0), (0x6fffffff, versions, 1), (0x6ffffffe, needs, 2), (4, relocations, 1));
    }

    private static void WriteSymbol(BinaryWriter w, uint name)
    {
        w.Write(name);
        w.Write(new byte[20]);
    }

    private static void WriteVersion(BinaryWriter w, int hash, ushort index, uint name, int next)
    {
        w.Write(hash);
        w.Write((ushort)0);
        w.Write(index);
        w.Write(name);
        w.Write(next);
    }

    /// <summary>Header, contents, and the table of sections at the end, as linkers place it.</summary>
    private static byte[] Assemble(params (uint Type, byte[] Content, uint Link)[] sections) => Bytes(w =>
    {
        const int HeaderSize = 64;
        w.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        w.Write((ushort)3);
        w.Write((ushort)62);
        w.Write(new byte[20]);
        w.Write((long)(HeaderSize + sections.Sum(section => section.Content.Length)));
        w.Write(new byte[10]);
        w.Write((ushort)HeaderSize);
        w.Write((ushort)sections.Length);
        w.Write((ushort)0);
        foreach ((_, byte[] content, _) in sections)
            w.Write(content);
        long offset = HeaderSize;
        foreach ((uint type, byte[] content, uint link) in sections)
        {
            w.Write(0);
            w.Write(type);
            w.Write(new byte[16]);
            w.Write(offset);
            w.Write((long)content.Length);
            w.Write(link);
            w.Write(new byte[20]);
            offset += content.Length;
        }
    });

    private static byte[] Bytes(Action<BinaryWriter> write)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        write(writer);
        return stream.ToArray();
    }
}
