using System.Text;

namespace Recipes.Tests;

/// <summary>A folder for the files of a test.</summary>
public abstract class TempFolder : IDisposable
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("gblend-recipes").FullName;

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes a file.</summary>
    /// <returns>Its path.</returns>
    protected string Write(string name, params string[] lines) => Write(name, Encoding.UTF8.GetBytes(string.Join('\n', lines)));

    protected string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>The message of what the action throws, which names file and line.</summary>
    private protected static string Message(Action action, string where)
    {
        string message = Assert.Throws<UserErrorException>(action).Message;
        Assert.Contains(where, message);
        return message;
    }
}
