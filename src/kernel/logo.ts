/** The pictures that launchers show: the letters TS, drawn in squares of five pixels. */

export const LOGO_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" r' +
  'x="8" fill="#3178c6"/><g fill="#fff"><rect x="7" y="20" width="5" height="5"/><rect x="12"' +
  ' y="20" width="5" height="5"/><rect x="17" y="20" width="5" height="5"/><rect x="22" y="20' +
  '" width="5" height="5"/><rect x="27" y="20" width="5" height="5"/><rect x="37" y="20" widt' +
  'h="5" height="5"/><rect x="42" y="20" width="5" height="5"/><rect x="47" y="20" width="5" ' +
  'height="5"/><rect x="52" y="20" width="5" height="5"/><rect x="17" y="25" width="5" height' +
  '="5"/><rect x="37" y="25" width="5" height="5"/><rect x="17" y="30" width="5" height="5"/>' +
  '<rect x="37" y="30" width="5" height="5"/><rect x="42" y="30" width="5" height="5"/><rect ' +
  'x="47" y="30" width="5" height="5"/><rect x="52" y="30" width="5" height="5"/><rect x="17"' +
  ' y="35" width="5" height="5"/><rect x="52" y="35" width="5" height="5"/><rect x="17" y="40' +
  '" width="5" height="5"/><rect x="37" y="40" width="5" height="5"/><rect x="42" y="40" widt' +
  'h="5" height="5"/><rect x="47" y="40" width="5" height="5"/><rect x="52" y="40" width="5" ' +
  'height="5"/></g></svg>';

/** The same in 64 by 64 pixels, PNG in base64, for clients without SVG. */
export const LOGO_PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAYAAACqaXHeAAAAoUlEQVR42u3bMQqAMBAEwHzJ3/lCv6WdTRA14EHcOU" +
  "hr3GmuCNvazSzrts982sjMHnoY46/BH0GkhL9EiAZIC98hAEgGSA1/IgAAAAAAAAAAAAAAAKA7FVNxLwAAAAB8ugXe" +
  "Xlr9PQAAAACYHiB+CwAAACAHoPJfAAAAAMAWAAAAAAAvQwAAAAAAAAAAAAB0BjRGAGiO6Q1qj8aFV54Orc8fSMGA0h" +
  "mJ87sAAAAASUVORK5CYII=";
