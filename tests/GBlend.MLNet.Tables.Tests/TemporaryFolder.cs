namespace GBlend.MLNet.Tables.Tests;

/// <summary>A folder for a test's files, which goes with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("gblend-tables-").FullName;

    internal string File(string name, string text) => File(name, System.Text.Encoding.UTF8.GetBytes(text));

    internal string File(string name, byte[] bytes)
    {
        string path = Path.Combine(_path, name);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
